using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Erases persons: removes every row about them and turns each key into an anonymous tombstone, so that they
/// do not come back. It marks first and removes afterwards, so a repeat completes what a crash left.</summary>
public sealed partial class ErasureFlow(
    JourneyCommitter committer,
    JourneyReader reader,
    JourneyStore store,
    IdentityStore identities,
    RecordLinkStore recordLinks,
    ParkedStore parked,
    ReviewFlow reviews,
    IEnumerable<IErasable> records,
    TimeProvider clock,
    ILogger<ErasureFlow> logger)
{
    /// <summary>Erases a lead with all leads merged into it. Idempotent.</summary>
    /// <returns>False for an unknown lead.</returns>
    public Task<bool> EraseAsync(LeadId leadId, CancellationToken cancellationToken) =>
        EraseAsync(leadId, [], evenUnknown: false, cancellationToken);

    /// <summary>Erases the person behind keys. The keys become tombstones last, so that a repeat still
    /// finds the person by them.</summary>
    public async Task EraseAsync(IReadOnlyCollection<IdentityKey> keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
        {
            // An unknown key becomes a tombstone, unless it is linked at this moment and so is known.
            while (!await identities.TryBuryUnknownAsync(key, clock.GetUtcNow(), cancellationToken))
            {
                if (await identities.LookUpAsync(key, cancellationToken) is not { Lead: { } lead })
                {
                    break;
                }

                await EraseAsync(lead, keys, evenUnknown: true, cancellationToken);
                await identities.AddTombstoneAsync(key, clock.GetUtcNow(), cancellationToken);
            }
        }

        // Waiting deliveries of reviews meet the tombstones.
        await reviews.ReviseAsync([], keys, cancellationToken);
    }

    /// <summary>Removes a tombstone, so that the key is like any other.</summary>
    /// <returns>Whether the tombstone existed.</returns>
    public Task<bool> RemoveTombstoneAsync(IdentityKey key, CancellationToken cancellationToken) =>
        identities.RemoveTombstoneAsync(key, cancellationToken);

    private async Task<bool> EraseAsync(
        LeadId leadId, IReadOnlyCollection<IdentityKey> buriedByCaller, bool evenUnknown, CancellationToken cancellationToken)
    {
        if (await committer.MarkErasedAsync(leadId, evenUnknown, cancellationToken) is not { } record)
        {
            return false;
        }

        var facts = record.State.Facts.Values.ToList();
        var erased = record.State.LeadId;
        var keys = FactKeys.Of(facts);
        await AddTombstoneAsync(erased, keys.Except(buriedByCaller), cancellationToken);
        foreach (var merged in facts.OfType<LeadsMerged>().Select(fact => fact.Merged).Append(leadId).Where(
            other => other != erased).Distinct())
        {
            await EraseRecordsAsync(merged, cancellationToken);
            await store.EmptyAsync(await store.LoadAsync(merged, cancellationToken), record.State.Ledger, cancellationToken);
        }

        await EraseRecordsAsync(erased, cancellationToken);
        await reviews.NotifyOpsAsync(cancellationToken);
        await store.EmptyAsync(record, record.State.Ledger, cancellationToken);
        Log.Erased(logger, erased, keys.Count);
        return true;
    }

    private async Task AddTombstoneAsync(LeadId leadId, IEnumerable<IdentityKey> keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
        {
            if (key.Kind != IdentityKind.Deal)
            {
                // A former address may belong to another person today and stays theirs.
                if (await identities.LookUpAsync(key, cancellationToken) is not { Lead: { } owner }
                    || await reader.ResolveAsync(owner, cancellationToken) == leadId)
                {
                    await identities.AddTombstoneAsync(key, clock.GetUtcNow(), cancellationToken);
                }

                await parked.RemoveForPersonAsync(key, cancellationToken);
                continue;
            }

            await identities.UnlinkAsync(leadId, key, cancellationToken);
            if ((await identities.FindByDealAsync(key, cancellationToken)).Count == 0)
            {
                await parked.EraseAsync(key, cancellationToken);
            }
        }
    }

    private async Task EraseRecordsAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        await recordLinks.RemoveAsync(leadId, cancellationToken);
        foreach (var kept in records)
        {
            await kept.EraseAsync(leadId, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Lead {LeadId} is erased; {Keys} keys are tombstones or taken off their deals.")]
        public static partial void Erased(ILogger logger, LeadId leadId, int keys);
    }
}
