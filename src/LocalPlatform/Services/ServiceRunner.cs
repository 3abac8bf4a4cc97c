using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.Services;

/// <summary>Runs the local services; starts one again that ends by itself.</summary>
internal sealed partial class ServiceRunner(LocalServices services, ILogger<ServiceRunner> logger) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _watching = [];

    /// <summary>Starts those that an app may want as soon as it starts, and waits until they listen.</summary>
    /// <exception cref="ServiceFailedException">One of them ended instead.</exception>
    public Task StartFirstAsync(CancellationToken cancellationToken)
    {
        services.FreePorts();
        return StartAsync([.. services.Children.Where(each => each.IsNeededAtStart)], cancellationToken);
    }

    /// <summary>Starts the others, and waits until they listen.</summary>
    /// <exception cref="ServiceFailedException">One of them ended instead.</exception>
    public Task StartOthersAsync(CancellationToken cancellationToken) =>
        StartAsync([.. services.Children.Where(each => !each.IsNeededAtStart)], cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(services.Children.Select(child => child.StopAsync()));
        services.Dispose();
        _stopping.Dispose();
    }

    private async Task StartAsync(IReadOnlyList<Child> children, CancellationToken cancellationToken)
    {
        foreach (var child in children)
        {
            child.Start();
        }

        await Task.WhenAll(children.Select(child => child.ListensAsync(cancellationToken))).WaitAsync(StartTimeout, cancellationToken);
        foreach (var child in children)
        {
            Log.Runs(logger, child.Name, child.LogFile);
            _watching.Add(WatchAsync(child));
        }
    }

    private async Task WatchAsync(Child child)
    {
        var pause = FirstPause;
        while (true)
        {
            var started = Stopwatch.GetTimestamp();
            var code = await child.EndsAsync(_stopping.Token);
            pause = Stopwatch.GetElapsedTime(started) > LongestPause ? FirstPause : pause;
            Log.Ended(logger, child.Name, code, pause, child.LogFile);

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
