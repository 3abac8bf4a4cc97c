using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Has the children running before anything else starts and until everything else has stopped; starts one again that ends by itself.</summary>
internal sealed partial class LocalPlatformHost(LocalPlatform platform, ILogger<LocalPlatformHost> logger) : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stopping = new();
    private Child[] _children = [];
    private Task _watching = Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        _children = [.. platform.Children];
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        try
        {
            platform.FreePorts();
            Array.ForEach(_children, child => child.Start());
            await Task.WhenAll(_children.Select(child => child.ListensAsync(timeout.Token)));
        }
        catch
        {
            await StopChildrenAsync();
            throw;
        }

        Array.ForEach(_children, child => Log.Runs(logger, child.Description, child.LogFile));
        _watching = Task.WhenAll(_children.Select(WatchAsync));
    }

    /// <inheritdoc/>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await StopChildrenAsync();
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Dispose();

        // A host whose start failed is never stopped.
        Array.ForEach(_children, child => child.Close());
        platform.Dispose();
    }

    private Task StopChildrenAsync() => Task.WhenAll(_children.Select(child => child.StopAsync()));

    private async Task WatchAsync(Child child)
    {
        var pause = FirstPause;
        while (true)
        {
            var started = Stopwatch.GetTimestamp();
            var code = await child.EndsAsync(_stopping.Token);
            pause = Stopwatch.GetElapsedTime(started) > LongestPause ? FirstPause : pause;
            Log.Ended(logger, child.Description, code, pause, child.LogFile);

            await Task.Delay(pause, _stopping.Token);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            child.Start();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Child} (log: {LogFile})")]
        public static partial void Runs(ILogger logger, string child, string logFile);

        [LoggerMessage(2, LogLevel.Warning, "{Child} ended by itself with {Code}; starting it again in {Pause} (log: {LogFile}).")]
        public static partial void Ended(ILogger logger, string child, int code, TimeSpan pause, string logFile);
    }
}
