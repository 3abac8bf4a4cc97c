using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.LocalPlatform.ProbeApp;

/// <summary>What timer functions were given.</summary>
public sealed class TimerRuns
{
    public ConcurrentQueue<TimerInfo> Given { get; } = [];
}

/// <summary>A timer whose schedule is a setting.</summary>
public sealed class TimerProbe(TimerRuns runs)
{
    [Function("TimerProbe")]
    public void Run([TimerTrigger("%Schedules:TimerProbe%")] TimerInfo timer) => runs.Given.Enqueue(timer);
}

/// <summary>A timer that also runs when the app starts.</summary>
public sealed class StartupTimerProbe(TimerRuns runs)
{
    [Function("StartupTimerProbe")]
    public void Run([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true, UseMonitor = false)] TimerInfo timer) => runs.Given.Enqueue(timer);
}
