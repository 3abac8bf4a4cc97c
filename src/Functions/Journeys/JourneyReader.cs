using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Reads journeys: as this process last left them where that is enough, else from the table.</summary>
public sealed class JourneyReader(JourneyStore store, JourneyCache cache)
{
    /// <summary>Reads a lead from the table, under its own id or that of one merged into it.</summary>
    /// <returns>Null when nothing is stored of it, or it was erased.</returns>
    public async Task<JourneyState?> LoadAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var record = await FollowAsync(leadId, cancellationToken);
        return record.ETag is null || record.State.Ledger.ErasedAt is not null ? null : record.State;
    }

    /// <summary>
    /// Reads the lead of an event, in a state that is at least as new as the event: as this process left it, else from
    /// the table. What changed since has events of its own.
    /// </summary>
    /// <returns>Null when nothing is stored of it, or it was erased.</returns>
    public async Task<JourneyState?> LoadAsync(FunnelEvent happened, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(happened);
        if (happened.Revision > 0
            && cache.Find(happened.LeadId) is { State.Ledger: { MergedInto: null, ErasedAt: null } } record
            && record.Revision >= happened.Revision)
        {
            return record.State;
        }

        return await LoadAsync(happened.LeadId, cancellationToken);
    }

    /// <summary>The record of an id, not followed. What this process remembers may be out of date.</summary>
    /// <returns>A record without an ETag when nothing is stored.</returns>
    public async Task<JourneyRecord> FindAsync(LeadId leadId, CancellationToken cancellationToken) =>
        cache.Find(leadId) ?? await ReadAsync(leadId, cancellationToken);

    /// <summary>The record that the table holds of an id, not followed.</summary>
    /// <returns>A record without an ETag when nothing is stored.</returns>
    public async Task<JourneyRecord> ReadAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var record = await store.LoadAsync(leadId, cancellationToken);
        if (record.State.Ledger.ErasedAt is null)
        {
            // The mark of an erased lead may be lifted, and is not remembered.
            cache.Keep(record);
        }

        return record;
    }

    /// <summary>The record that the table holds of a lead, or of the one that it was merged into.</summary>
    public async Task<JourneyRecord> FollowAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var record = await ReadAsync(leadId, cancellationToken);
        return record.State.Ledger.MergedInto is { } survivor ? await FollowAsync(survivor, cancellationToken) : record;
    }

    /// <summary>
    /// The lead that an id stands for: the lead itself, or the one it was merged into. What this process knows is not
    /// asked again; it may be out of date.
    /// </summary>
    public async Task<LeadId> ResolveAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var record = await FindAsync(leadId, cancellationToken);
        return record.State.Ledger.MergedInto is { } survivor ? await ResolveAsync(survivor, cancellationToken) : leadId;
    }

    /// <summary>The lead that an id stands for in the table.</summary>
    /// <returns>Null where that one was erased.</returns>
    public async Task<LeadId?> ResolveStoredAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var record = await ReadAsync(leadId, cancellationToken);
        return record.State.Ledger.MergedInto is { } survivor ? await ResolveStoredAsync(survivor, cancellationToken)
            : record.State.Ledger.ErasedAt is null ? leadId
            : null;
    }
}
