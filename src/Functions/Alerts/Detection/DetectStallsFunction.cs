using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Alerts.Detection;

/// <summary>Checks the leads that are due.</summary>
internal sealed class DetectStallsFunction(StallFlow stalls)
{
    /// <summary>Runs on <c>Schedules:DetectStalls</c>.</summary>
    [Function("DetectStalls")]
    public Task RunAsync(
        [TimerTrigger("%Schedules:DetectStalls%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        stalls.SweepAsync(cancellationToken);
}
