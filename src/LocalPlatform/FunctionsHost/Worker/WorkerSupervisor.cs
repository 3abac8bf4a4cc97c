using System.Collections.ObjectModel;
using IntegrationHub.LocalPlatform.FunctionsHost.Functions;
using IntegrationHub.LocalPlatform.FunctionsHost.Protocol;
using IntegrationHub.LocalPlatform.FunctionsHost.Settings;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>
/// Keeps one worker running: starts it, starts it again when it fails, and gives up when it fails too often.
/// </summary>
internal sealed partial class WorkerSupervisor(
    IWorkerLauncher launcher,
    WorkerConnections connections,
    string applicationDirectory,
    AppSettings settings,
    RestartPolicy policy,
    Action<RpcLog> log,
    TimeProvider clock,
    ILogger<WorkerSupervisor> logger) : IAsyncDisposable
{
    /// <summary>With this code a worker asks for a restart. It is not a failure.</summary>
    private const int RestartWanted = 200;

    /// <summary>Codes above this one are signals and crashes; those below a program chooses itself.</summary>
    private const int LastChosenCode = 127;

    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<IReadOnlyList<FunctionDefinition>> _firstStart =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ReadOnlyDictionary<string, string> _environment =
        new(settings.Environment.ToDictionary(StringComparer.OrdinalIgnoreCase));
    private TaskCompletionSource<ActiveWorker> _active = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;

    /// <summary>
    /// Gets a task that fails with <see cref="WorkerEndedException"/> when the supervisor gives up, and completes when
    /// it is stopped.
    /// </summary>
    public Task Completion => _running;

    /// <summary>Gets the worker; null while there is none.</summary>
    public ActiveWorker? Active =>
        _active.Task is { IsCompletedSuccessfully: true } ready && !ready.Result.Gone.IsCompleted ? ready.Result : null;

    /// <summary>Starts the worker and returns its functions.</summary>
    /// <exception cref="InvalidConfigurationException">The functions cannot run as they are written or set.</exception>
    /// <exception cref="WorkerEndedException">The worker ended instead.</exception>
    public Task<IReadOnlyList<FunctionDefinition>> StartAsync(Uri hostEndpoint)
    {
        _running = Task.Run(() => RunAsync(hostEndpoint));
        return _firstStart.Task;
    }

    /// <summary>Returns the worker, and waits for it while there is none.</summary>
    /// <exception cref="WorkerEndedException">The supervisor gave up or was stopped.</exception>
    public async ValueTask<ActiveWorker> GetAsync(CancellationToken cancellationToken) =>
        Active ?? await _active.Task.WaitAsync(cancellationToken);

    /// <summary>Asks the worker to end and kills it when it takes longer than <paramref name="grace"/>.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        var active = Active;
        await _stopping.CancelAsync();
        if (active is not null)
        {
            await active.TerminateAsync(grace);
        }

        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        _stopping.Dispose();
    }

    private async Task RunAsync(Uri hostEndpoint)
    {
        try
        {
            while (await RunOnceAsync(hostEndpoint) is var pause && !_stopping.IsCancellationRequested)
            {
                await Task.Delay(pause, clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            GiveUp(new WorkerEndedException("The host stops.", 1));
        }
        catch (Exception e)
        {
            GiveUp(e);
            throw;
        }
    }

    private void GiveUp(Exception reason)
    {
        _firstStart.TrySetException(reason);
        _active = _active.Task.IsCompleted ? new() : _active;
        _active.TrySetException(reason);
        _ = _active.Task.Exception;
    }

    /// <summary>Runs one worker to its end and returns how long to wait before the next one.</summary>
    private async Task<TimeSpan> RunOnceAsync(Uri hostEndpoint)
    {
        var channel = new WorkerChannel(Guid.NewGuid().ToString(), log);
        connections.Expect(channel);
        await using var worker =
            await launcher.StartAsync(new(channel.Id, hostEndpoint, applicationDirectory, _environment), _stopping.Token);
        var wasReady = false;
        try
        {
            await MakeReadyAsync(channel, worker);
            wasReady = true;
            await Task.WhenAny(channel.Closed, worker.Ended);
        }
        catch (Exception e) when (e is TimeoutException or WorkerGoneException or OperationCanceledException)
        {
            Log.NotReady(logger, e.Message);
        }
        catch
        {
            worker.Kill();
            throw;
        }

        _active = _active.Task.IsCompleted ? new(TaskCreationOptions.RunContinuationsAsynchronously) : _active;
        channel.Close();
        connections.Forget(channel);
        return await EndAsync(worker, wasReady);
    }

    private async Task MakeReadyAsync(WorkerChannel channel, IWorker worker)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var handshake = new WorkerHandshake(channel, applicationDirectory);
        var initialized = handshake.InitializeAsync(ended.Token);
        if (await Task.WhenAny(initialized, worker.Ended) == worker.Ended)
        {
            await ended.CancelAsync();
            await ((Task)initialized).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new WorkerGoneException();
        }

        var http = await initialized;
        var functions = FunctionReader.Read(await handshake.DescribeAsync(_stopping.Token), settings);
        await Task.WhenAll(
            handshake.LoadAsync(functions, _stopping.Token),
            http is null ? Task.CompletedTask : WorkerHandshake.ListensAsync(http, _stopping.Token));
        _active.TrySetResult(new(channel, worker, http));
        _firstStart.TrySetResult(functions);
    }

    private async Task<TimeSpan> EndAsync(IWorker worker, bool wasReady)
    {
        if (wasReady && _stopping.IsCancellationRequested)
        {
            // It was asked to end, and has closed its connection.
            await Task.WhenAny(worker.Ended, Task.Delay(EndTimeout));
        }

        worker.Kill();
        var code = await worker.Ended;
        if (_stopping.IsCancellationRequested || code == RestartWanted)
        {
            return TimeSpan.Zero;
        }

        if (!_firstStart.Task.IsCompleted && code is > 0 and <= LastChosenCode)
        {
            throw new WorkerEndedException($"The worker refused to start and ended with {code}; what it said stands above.", code);
        }

        if (policy.Fail() is not { } pause)
        {
            throw new WorkerEndedException(
                $"The worker ended with {code}. It failed too often and is not started again.",
                code is > 0 and <= LastChosenCode ? code : 1);
        }

        Log.Ended(logger, code, pause);
        return pause;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The worker ended with {Code}; starting it again in {Pause}.")]
        public static partial void Ended(ILogger logger, int code, TimeSpan pause);

        [LoggerMessage(2, LogLevel.Warning, "The worker did not become ready: {Reason}")]
        public static partial void NotReady(ILogger logger, string reason);
    }
}
