using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Takes requests to erase persons: stores each, hides the lead at once, and lets it be destroyed when its time of grace
/// is over. Idempotent.</summary>
public sealed class ErasureFlow(
    JourneyReader reader, IdentityStore identities, LeadHider hider, ErasureStore erasures, ErasureBrakeFlow brake,
    ErasureSettler settler, ErasureOptions options, TimeProvider clock)
{
    private const int AtOnce = 8;

    /// <summary>Erases a lead with all leads merged into it.</summary>
    /// <returns>False for an unknown lead.</returns>
    public async Task<bool> EraseAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var record = await reader.FollowAsync(leadId, cancellationToken);
        if (record is { ETag: not null, State: not { Facts.IsEmpty: true, Ledger.ErasedAt: not null } })
        {
            await AskAsync([New(record.State.LeadId, ErasureSource.Api)], cancellationToken);
        }

        return record.ETag is not null;
    }

    /// <summary>Erases the persons behind a tool's records. A record that nobody knows becomes a tombstone.</summary>
    public async Task EraseAsync(string connector, IEnumerable<IdentityKey> records, CancellationToken cancellationToken)
    {
        var wanted = new Dictionary<LeadId, OpenErasure>();
        foreach (var record in records.Distinct())
        {
            var owner = await identities.LookUpAsync(record, cancellationToken);
            var leadId = owner.Lead is { } known ? await reader.ResolveAsync(known, cancellationToken) : identities.Keys.LeadOf(record);
            if (owner is { Erased: true, Lead: null })
            {
                if (await erasures.FindAsync(leadId, cancellationToken) is { } repeated)
                {
                    wanted[leadId] = repeated;
                }

                continue;
            }

            var asked = wanted.GetValueOrDefault(leadId) ?? New(leadId, ErasureSource.Tool);
            wanted[leadId] = asked with { Connector = connector, Keys = asked.Keys.Add(record), Unknown = owner.Lead is null };
        }

        if (wanted.Count > 0)
        {
            await AskAsync(wanted.Values, cancellationToken);
        }
    }

    /// <summary>Removes a tombstone, so that the key is like any other.</summary>
    /// <returns>Whether the tombstone existed.</returns>
    public Task<bool> RemoveTombstoneAsync(IdentityKey key, CancellationToken cancellationToken) =>
        identities.RemoveTombstoneAsync(key, cancellationToken);

    private OpenErasure New(LeadId leadId, ErasureSource source)
    {
        var now = clock.GetUtcNow();
        return new(leadId, source, now, now + options.Grace);
    }

    /// <summary>Stores the requests, counts the new ones, and hides the leads. The index gets its row last, because a repeat
    /// adds it again.</summary>
    private async Task AskAsync(IEnumerable<OpenErasure> wanted, CancellationToken cancellationToken)
    {
        var (asked, added) = (new List<OpenErasure>(), 0);
        foreach (var erasure in wanted)
        {
            var (stored, isNew) = await erasures.AddAsync(erasure, cancellationToken);
            asked.Add(stored);
            added += isNew ? 1 : 0;
        }

        var stopped = added > 0 ? await brake.CountAsync(added, cancellationToken) : await brake.IsStoppedAsync(cancellationToken);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(asked, parallel, async (erasure, token) =>
        {
            if (!erasure.Unknown || !stopped)
            {
                await hider.HideAsync(erasure, token);
            }

            var due = await erasures.WatchAsync(erasure.LeadId, clock.GetUtcNow(), token);
            if (erasure.Source == ErasureSource.Api || options.Grace == TimeSpan.Zero)
            {
                await settler.SettleAsync(due, token);
            }
        });
    }
}
