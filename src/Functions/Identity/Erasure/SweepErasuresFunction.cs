using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Settles the erasures that are due, and tells other tools of those that are done.</summary>
internal sealed class SweepErasuresFunction(ErasureSweepFlow erasures, ToolErasureFlow tools)
{
    /// <summary>Runs on <c>Schedules:SweepErasures</c>.</summary>
    [Function("SweepErasures")]
    public async Task RunAsync(
        [TimerTrigger("%Schedules:SweepErasures%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken)
    {
        await erasures.SweepAsync(cancellationToken);
        await tools.TellAsync(cancellationToken);
    }
}
