using IntegrationHub.Functions.Platform.Messaging;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Archive;

/// <summary>Removes the days that are older than the archive keeps, and bodies that nothing refers to any more.</summary>
internal sealed class SweepArchiveFunction(ArchiveFlow archive, BodyStore bodies)
{
    private const int BodiesInRun = 5_000;

    /// <summary>Runs on <c>Schedules:SweepArchive</c>.</summary>
    [Function("SweepArchive")]
    public async Task RunAsync(
        [TimerTrigger("%Schedules:SweepArchive%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken)
    {
        await archive.SweepAsync(cancellationToken);
        await bodies.RemoveOldAsync(BodiesInRun, cancellationToken);
    }
}
