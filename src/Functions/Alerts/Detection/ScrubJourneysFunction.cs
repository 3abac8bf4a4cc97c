using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Alerts.Detection;

/// <summary>Adds the rows that the deadline index lost.</summary>
internal sealed class ScrubJourneysFunction(ScrubFlow scrub)
{
    /// <summary>Runs on <c>Schedules:ScrubJourneys</c>.</summary>
    [Function("ScrubJourneys")]
    public Task RunAsync(
        [TimerTrigger("%Schedules:ScrubJourneys%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        scrub.RunAsync(cancellationToken);
}
