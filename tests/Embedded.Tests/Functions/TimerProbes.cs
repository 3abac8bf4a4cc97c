using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Embedded.Tests.Functions;

/// <summary>What timers were told, and what they shall do.</summary>
public sealed class TimerRuns
{
    public ConcurrentQueue<TimerInfo> Runs { get; } = [];

    public Func<CancellationToken, Task> Does { get; set; } = _ => Task.CompletedTask;

    public async Task RunAsync(TimerInfo timer, CancellationToken cancellationToken)
    {
        Runs.Enqueue(timer);
        await Does(cancellationToken);
    }
}

/// <summary>A timer whose schedule is a setting.</summary>
public sealed class TimerProbe(TimerRuns runs)
{
    [Function("TimerProbe")]
    public Task RunAsync([TimerTrigger("%Schedules:TimerProbe%")] TimerInfo timer, CancellationToken cancellationToken) => runs.RunAsync(timer, cancellationToken);
}

/// <summary>A timer that also runs when the app starts.</summary>
public sealed class StartupTimerProbe(TimerRuns runs)
{
    [Function("StartupTimerProbe")]
    public Task RunAsync([TimerTrigger("%Schedules:TimerProbe%", RunOnStartup = true)] TimerInfo timer, CancellationToken cancellationToken) =>
        runs.RunAsync(timer, cancellationToken);
}

/// <summary>A timer that remembers nothing.</summary>
public sealed class UnmonitoredTimerProbe(TimerRuns runs)
{
    [Function("UnmonitoredTimerProbe")]
    public Task RunAsync([TimerTrigger("%Schedules:TimerProbe%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        runs.RunAsync(timer, cancellationToken);
}
