using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Settles the erasures that are due.</summary>
public sealed class SweepErasuresFunction(ErasureSweepFlow erasures)
{
    /// <summary>Runs on <c>Schedules:SweepErasures</c>.</summary>
    [Function("SweepErasures")]
    public Task RunAsync(
        [TimerTrigger("%Schedules:SweepErasures%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        erasures.SweepAsync(cancellationToken);
}
