using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Takes requests to erase persons, and finds their leads. Idempotent.</summary>
internal sealed class ErasureFlow(
    JourneyReader reader, IdentityStore identities, ErasureStore erasures, ErasureRequests requests)
{
    /// <summary>Erases a lead with all leads merged into it.</summary>
    /// <returns>False for an unknown lead.</returns>
    public async Task<bool> EraseAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var record = await reader.FollowAsync(leadId, cancellationToken);
        if (record is { ETag: not null, State: not { Facts.IsEmpty: true, Ledger.ErasedAt: not null } })
        {
            await requests.AskAsync([requests.New(record.State.LeadId, ErasureSource.Api)], cancellationToken);
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

            var asked = wanted.GetValueOrDefault(leadId) ?? requests.New(leadId, ErasureSource.Tool);
            wanted[leadId] = asked with { Connector = connector, Keys = asked.Keys.Add(record), Unknown = owner.Lead is null };
        }

        if (wanted.Count > 0)
        {
            await requests.AskAsync(wanted.Values, cancellationToken);
        }
    }

    /// <summary>Removes a tombstone, so that the key is like any other.</summary>
    /// <returns>Whether the tombstone existed.</returns>
    public Task<bool> RemoveTombstoneAsync(IdentityKey key, CancellationToken cancellationToken) =>
        identities.RemoveTombstoneAsync(key, cancellationToken);
}
