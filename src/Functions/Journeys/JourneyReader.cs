using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Reads journeys from the cache when that is enough, else from the table.</summary>
internal sealed class JourneyReader(JourneyStore store, JourneyCache cache)
{
    /// <summary>Reads a lead from the table, by its own id or that of one merged into it.</summary>
    /// <returns>Null for an unknown or erased lead.</returns>
    public async Task<JourneyState?> LoadAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var record = await FollowAsync(leadId, cancellationToken);
        return record.ETag is null || record.State.Ledger.ErasedAt is not null ? null : record.State;
    }

    /// <summary>Reads the lead of an event in a state at least as new as the event: cached, else from the table. Later
    /// changes have their own events.</summary>
    /// <returns>Null for an unknown or erased lead.</returns>
    public async Task<JourneyState?> LoadAsync(FunnelEvent happened, CancellationToken cancellationToken)
    {
        if (happened.Revision > 0
            && cache.Find(happened.LeadId) is { State.Ledger: { MergedInto: null, ErasedAt: null } } record
            && record.Revision >= happened.Revision)
        {
            return record.State;
        }

        return await LoadAsync(happened.LeadId, cancellationToken);
    }

    /// <summary>Returns the record of an id, without following a merge. A cached record may be outdated.</summary>
    /// <returns>A record without an ETag when nothing is stored.</returns>
    public async Task<JourneyRecord> FindAsync(LeadId leadId, CancellationToken cancellationToken) =>
        cache.Find(leadId) ?? await ReadAsync(leadId, cancellationToken);

    /// <summary>Reads the record of an id from the table, without following a merge.</summary>
    /// <returns>A record without an ETag when nothing is stored.</returns>
    public async Task<JourneyRecord> ReadAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var record = await store.LoadAsync(leadId, cancellationToken);
        if (record.State.Ledger.ErasedAt is null)
        {
            // A person may remove the mark of an erased lead, so it is not cached.
            cache.Keep(record);
        }

        return record;
    }

    /// <summary>Reads the record of a lead, or of the one it was merged into, from the table.</summary>
    public async Task<JourneyRecord> FollowAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var record = await ReadAsync(leadId, cancellationToken);
        return record.State.Ledger.MergedInto is { } survivor ? await FollowAsync(survivor, cancellationToken) : record;
    }

    /// <summary>Returns the lead of an id: itself, or the one it was merged into. The cache may be outdated.</summary>
    public async Task<LeadId> ResolveAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var record = await FindAsync(leadId, cancellationToken);
        return record.State.Ledger.MergedInto is { } survivor ? await ResolveAsync(survivor, cancellationToken) : leadId;
    }

    /// <summary>Returns the lead of an id by the table.</summary>
    /// <returns>Null when that lead was erased.</returns>
    public async Task<LeadId?> ResolveStoredAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var record = await ReadAsync(leadId, cancellationToken);
        return record.State.Ledger.MergedInto is { } survivor ? await ResolveStoredAsync(survivor, cancellationToken)
            : record.State.Ledger.ErasedAt is null ? leadId
            : null;
    }
}
