using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Webhooks;

/// <summary>Sends the spooled deliveries to the bus.</summary>
internal sealed class DrainSpoolFunction(SpoolFlow spool)
{
    /// <summary>Runs on <c>Schedules:DrainSpool</c>.</summary>
    [Function("DrainSpool")]
    public Task RunAsync(
        [TimerTrigger("%Schedules:DrainSpool%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        spool.DrainAsync(cancellationToken);
}
