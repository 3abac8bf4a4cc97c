using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Outages;

/// <summary>Detects which tools are down, and which work again.</summary>
internal sealed class DetectOutagesFunction(OutageFlow outages)
{
    /// <summary>Runs on <c>Schedules:DetectOutages</c>.</summary>
    [Function("DetectOutages")]
    public Task RunAsync(
        [TimerTrigger("%Schedules:DetectOutages%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        outages.DetectAsync(cancellationToken);
}
