using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Retention;

/// <summary>Takes erased persons out of bodies that no index finds.</summary>
internal sealed class SweepErasedBodiesFunction(ErasedBodiesFlow bodies)
{
    /// <summary>Runs on <c>Schedules:SweepErasedBodies</c>.</summary>
    [Function("SweepErasedBodies")]
    public Task RunAsync(
        [TimerTrigger("%Schedules:SweepErasedBodies%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        bodies.RunAsync(cancellationToken);
}
