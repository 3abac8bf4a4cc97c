using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Destroys what is stored about a hidden person, and turns each of their keys into an anonymous tombstone, so that
/// they do not come back. Idempotent: a repeat completes what a crash left.</summary>
internal sealed partial class PersonEraser(
    JourneyReader reader, JourneyStore store, IdentityStore identities, ReviewFlow reviews, IEnumerable<IErasable> records,
    IEnumerable<IErasableByKey> named, SharedAddresses shared, ILogger<PersonEraser> logger)
{
    /// <summary>Destroys a lead with all leads merged into it.</summary>
    /// <param name="hidden">The lead as it was hidden.</param>
    /// <param name="asked">The records that the request named.</param>
    /// <param name="now">The present time. Only its day is kept, because the exact time would show which request a tombstone
    /// is of.</param>
    public async Task DestroyAsync(
        JourneyRecord hidden, IReadOnlyCollection<IdentityKey> asked, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var day = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var facts = hidden.State.Facts.Values.ToList();
        var leadId = hidden.State.LeadId;
        var keys = FactKeys.Of(facts).Union(asked).ToList();
        var buried = await BuryAsync(leadId, keys, day, cancellationToken);
        var elsewhere = buried.Where(key => key.Kind == IdentityKind.Person).Except(asked).ToList();
        foreach (var kept in records)
        {
            await kept.EraseAsync(buried, cancellationToken);
            await kept.EraseElsewhereAsync(elsewhere, cancellationToken);
        }

        var tombstone = new JourneyLedger { ErasedAt = day };
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

    /// <summary>Turns the keys of a person into tombstones.</summary>
    /// <returns>Those that are nobody else's.</returns>
    private async Task<IReadOnlyCollection<IdentityKey>> BuryAsync(
        LeadId leadId, IReadOnlyCollection<IdentityKey> keys, DateTimeOffset day, CancellationToken cancellationToken)
    {
        var buried = new List<IdentityKey>();
        foreach (var key in shared.Without(keys))
        {
            if (key.Kind == IdentityKind.Deal)
            {
                await identities.UnlinkAsync(leadId, key, cancellationToken);
                if ((await identities.FindByDealAsync(key, cancellationToken)).Count > 0)
                {
                    continue;
                }

                buried.Add(key);
            }
            else if (await identities.LookUpAsync(key, cancellationToken) is not { Lead: { } owner }
                || await reader.ResolveAsync(owner, cancellationToken) == leadId)
            {
                // A former address may belong to another person today and stays theirs.
                await identities.AddTombstoneAsync(key, day, cancellationToken);
                buried.Add(key);
            }

            foreach (var rows in named)
            {
                await rows.EraseAsync(key, cancellationToken);
            }
        }

        return buried;
    }

    private async Task EraseRecordsAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        foreach (var kept in records)
        {
            await kept.EraseAsync(leadId, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "A lead is erased; {Keys} keys became tombstones or were removed from their deals.")]
        public static partial void Erased(ILogger logger, int keys);
    }
}
