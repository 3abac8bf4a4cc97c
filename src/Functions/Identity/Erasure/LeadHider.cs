using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Hides leads that are to be erased, and restores them.</summary>
internal sealed class LeadHider(
    JourneyCommitter committer, HeldFlow held, ReviewFlow reviews, IEnumerable<IErasable> records, FunnelSettings settings,
    TimeProvider clock)
{
    /// <summary>Hides the lead of an erasure. A record that nobody knows becomes a tombstone. Idempotent.</summary>
    /// <returns>The hidden record; null for an unknown lead without a record.</returns>
    public async Task<JourneyRecord?> HideAsync(OpenErasure erasure, CancellationToken cancellationToken)
    {
        var record = await committer.HideAsync(erasure.LeadId, evenUnknown: !erasure.Keys.IsEmpty, cancellationToken);
        foreach (var store in records)
        {
            await store.HideAsync(erasure.LeadId, cancellationToken);
        }

        if (!erasure.Keys.IsEmpty)
        {
            // Deliveries that wait for a review of these records are handled again, and held.
            await reviews.ReviseAsync([], erasure.Keys, cancellationToken);
        }

        return record;
    }

    /// <summary>Restores the lead of an erasure, and queues what was held about it. Idempotent.</summary>
    public async Task RestoreAsync(OpenErasure erasure, CancellationToken cancellationToken)
    {
        await committer.RestoreAsync(
            erasure.LeadId, hidden => RestoreRules.Restore(hidden, settings, clock.GetUtcNow()), cancellationToken);
        await held.ReleaseAsync(erasure.LeadId, cancellationToken);
    }
}
