using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Destroys what is stored about a hidden person, and turns each of their keys into an anonymous tombstone, so that
/// they do not come back. Idempotent: a repeat completes what a crash left.</summary>
public sealed partial class PersonEraser(
    JourneyReader reader, JourneyStore store, IdentityStore identities, ParkedStore parked, ReviewFlow reviews,
    IEnumerable<IErasable> records, TimeProvider clock, ILogger<PersonEraser> logger)
{
    /// <summary>Destroys a lead with all leads merged into it.</summary>
    /// <param name="hidden">The lead as it was hidden.</param>
    /// <param name="named">The records that the request named.</param>
    public async Task DestroyAsync(
        JourneyRecord hidden, IReadOnlyCollection<IdentityKey> named, CancellationToken cancellationToken)
    {
        var facts = hidden.State.Facts.Values.ToList();
        var leadId = hidden.State.LeadId;
        var keys = FactKeys.Of(facts).Union(named).ToList();
        await BuryAsync(leadId, keys, cancellationToken);
        foreach (var kept in records)
        {
            await kept.EraseAsync(keys, cancellationToken);
        }

        var tombstone = new JourneyLedger { ErasedAt = Today() };
        foreach (var merged in facts.OfType<LeadsMerged>().Select(fact => fact.Merged).Where(other => other != leadId).Distinct())
        {
            await EraseRecordsAsync(merged, cancellationToken);
            await store.EmptyAsync(await store.LoadAsync(merged, cancellationToken), tombstone, cancellationToken);
        }

        await EraseRecordsAsync(leadId, cancellationToken);
        await reviews.NotifyOpsAsync(cancellationToken);
        await store.EmptyAsync(hidden, tombstone, cancellationToken);
        Log.Erased(logger, keys.Count);
    }

    private async Task BuryAsync(LeadId leadId, IEnumerable<IdentityKey> keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
        {
            if (key.Kind != IdentityKind.Deal)
            {
                // A former address may belong to another person today and stays theirs.
                if (await identities.LookUpAsync(key, cancellationToken) is not { Lead: { } owner }
                    || await reader.ResolveAsync(owner, cancellationToken) == leadId)
                {
                    await identities.AddTombstoneAsync(key, Today(), cancellationToken);
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
        foreach (var kept in records)
        {
            await kept.EraseAsync(leadId, cancellationToken);
        }
    }

    /// <summary>Returns the day. The exact time would show which request a tombstone is of.</summary>
    private DateTimeOffset Today() => new(clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "A lead is erased; {Keys} keys are tombstones or taken off their deals.")]
        public static partial void Erased(ILogger logger, int keys);
    }
}
