using System.Collections.Concurrent;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>The owner of a person's key or an address.</summary>
/// <param name="Lead">The lead; null for an unknown key and for an erased owner. During an erasure, the lead.</param>
/// <param name="Erased">Whether the owner was erased: events with the key are dropped.</param>
public readonly record struct KeyOwner(LeadId? Lead, bool Erased)
{
    /// <summary>Gets the record links that the lead gets when it is stored; an address holds them until then.</summary>
    public IReadOnlyList<RecordLink> Claims { get => field ?? []; init; }
}

/// <summary>Finds the lead of a key. A person's record leads to the lead whose id derives from it: that lead's row
/// in <c>Journeys</c> says whether it exists, was merged or was erased. So a lead's first record needs no row of
/// its own. Addresses and deals are in the table <c>Identities</c>, hashed, one partition a key. An address leads
/// to one lead: its row has the partition's name, so the second of two writers fails. A deal leads to all its
/// leads. A tombstone is a row without a lead.</summary>
public sealed class IdentityStore(HubTables tables, JourneyStore journeys, JourneyReader reader, JourneyCache cache, TimeProvider clock)
{
    private const int CacheCapacity = 100_000;

    /// <summary>How long a cached address counts, because another instance may move it.</summary>
    private static readonly TimeSpan AddressHolds = TimeSpan.FromMinutes(1);

    private const string LeadColumn = "LeadId", ErasedColumn = "ErasedAt", ClaimsColumn = "Claims";

    /// <summary>The keys that this process saw stored. Outdated entries are harmless: a merged lead points
    /// to the one that stays, and an erased lead accepts nothing. Tombstones are not cached, because a
    /// person may remove them.</summary>
    private readonly ConcurrentDictionary<string, Seen> _seen = new(StringComparer.Ordinal);

    /// <summary>Returns the lead of a person's key or an address; null for an unknown key and a tombstone.</summary>
    public async Task<LeadId?> FindAsync(IdentityKey key, CancellationToken cancellationToken) =>
        await LookUpAsync(key, cancellationToken) is { Erased: false, Lead: { } lead } ? lead : null;

    /// <summary>Returns the owner of a person's key or an address.</summary>
    public async Task<KeyOwner> LookUpAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        if (FindSeen(key) is { } seen)
        {
            return seen;
        }

        if (key.Kind == IdentityKind.Person)
        {
            return OwnerOf(key, await reader.FindAsync(LeadId.For(key), cancellationToken));
        }

        var row = await FindRowAsync(key, cancellationToken);
        return row is null ? default
            : row.GetString(LeadColumn) is { } lead
                ? Remember(key, Partition(key), new(LeadId.Parse(lead), false) { Claims = RecordLink.Parse(row.GetString(ClaimsColumn)) })
            : new(null, true);
    }

    /// <summary>Returns the cached owner of a key; null when the table must be read.</summary>
    public KeyOwner? FindSeen(IdentityKey key) => FindSeen(Partition(key));

    /// <summary>Returns the leads of a deal in order; none for an unknown deal.</summary>
    public async Task<IReadOnlyList<LeadId>> FindByDealAsync(IdentityKey deal, CancellationToken cancellationToken)
    {
        var leads = new List<LeadId>();
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition(deal)}");
        await foreach (var row in identities.QueryAsync<TableEntity>(filter, select: ["RowKey"], cancellationToken: cancellationToken))
        {
            leads.Add(LeadId.Parse(row.RowKey));
        }

        return leads;
    }

    /// <summary>Links a key to a lead unless it leads elsewhere.</summary>
    /// <returns>The key's lead, which may be another than <paramref name="leadId"/>; null for a tombstone.</returns>
    public Task<LeadId?> LinkAsync(LeadId leadId, IdentityKey key, CancellationToken cancellationToken) =>
        LinkAsync(leadId, key, [], cancellationToken);

    /// <summary>Links a key to a lead unless it leads elsewhere.</summary>
    /// <param name="claims">The record links that the lead gets when it is stored; an
    /// address holds them until then.</param>
    /// <returns>The key's lead, which may be another than <paramref name="leadId"/>; null for a tombstone.</returns>
    public async Task<LeadId?> LinkAsync(
        LeadId leadId, IdentityKey key, IReadOnlyList<RecordLink> claims, CancellationToken cancellationToken)
    {
        if (key.Kind == IdentityKind.Person && LeadId.For(key) == leadId)
        {
            return leadId;
        }

        var seenKey = SeenKey(key, leadId);
        if (FindSeen(seenKey) is { } seen)
        {
            return seen.Lead;
        }

        var owner = new KeyOwner(leadId, false) { Claims = claims };
        var added = key.Kind == IdentityKind.Person
            ? await journeys.TryAddAsync(LeadId.For(key), new() { MergedInto = leadId }, cancellationToken)
            : await TryAddAsync(ToRow(owner, key), cancellationToken);
        return added || key.Kind == IdentityKind.Deal ? Remember(key, seenKey, owner).Lead : await FindAsync(key, cancellationToken);
    }

    /// <summary>Links several keys, except those that lead elsewhere.</summary>
    public async Task LinkAsync(LeadId leadId, IEnumerable<IdentityKey> keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
        {
            await LinkAsync(leadId, key, cancellationToken);
        }
    }

    /// <summary>Caches the records of a stored lead.</summary>
    public void Stored(LeadId leadId, IEnumerable<IdentityKey> keys)
    {
        foreach (var record in keys.Where(key => key.Kind == IdentityKind.Person && LeadId.For(key) == leadId))
        {
            Remember(record, Partition(record), new(leadId, false));
        }
    }

    /// <summary>Links a key to the lead that its former lead was merged into. A tombstone stays. A person's record
    /// needs no change, because the merged lead points on.</summary>
    public async Task RelinkAsync(LeadId from, LeadId to, IdentityKey key, CancellationToken cancellationToken)
    {
        _seen.TryRemove(Partition(key), out _);
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        switch (key.Kind)
        {
            case IdentityKind.Deal:
                await LinkAsync(to, key, cancellationToken);
                await identities.DeleteEntityAsync(Partition(key), from.Value, ETag.All, cancellationToken);
                break;
            case IdentityKind.Email when await FindRowAsync(key, cancellationToken) is { } row && row.GetString(LeadColumn) == from.Value:
                await identities.UpdateEntityAsync(ToRow(new(to, false), key), row.ETag, TableUpdateMode.Replace, cancellationToken);
                break;
            default:
                break;
        }
    }

    /// <summary>Turns a person's key or an address into a tombstone, known or not. It holds the
    /// time, but not whose it was.</summary>
    public async Task AddTombstoneAsync(IdentityKey key, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (key.Kind == IdentityKind.Person)
        {
            await MarkErasedAsync(LeadId.For(key), at, cancellationToken);
        }
        else
        {
            var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
            await identities.UpsertEntityAsync(TombstoneOf(key, at), TableUpdateMode.Replace, cancellationToken);
        }

        _seen.TryRemove(Partition(key), out _);
    }

    /// <summary>Turns an unknown key into a tombstone.</summary>
    /// <returns>False when the key leads to a lead or is a tombstone.</returns>
    public async Task<bool> TryBuryUnknownAsync(IdentityKey key, DateTimeOffset at, CancellationToken cancellationToken)
    {
        _seen.TryRemove(Partition(key), out _);
        return key.Kind == IdentityKind.Person
            ? await journeys.TryAddAsync(LeadId.For(key), new() { ErasedAt = at }, cancellationToken)
            : await TryAddAsync(TombstoneOf(key, at), cancellationToken);
    }

    /// <summary>Removes a tombstone, so that the key is unknown.</summary>
    /// <returns>Whether the tombstone existed.</returns>
    public async Task<bool> RemoveTombstoneAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        if (key.Kind == IdentityKind.Person)
        {
            return await TryRemoveMarkAsync(LeadId.For(key), cancellationToken);
        }

        if (await FindRowAsync(key, cancellationToken) is not { } row || row.GetString(LeadColumn) is not null)
        {
            return false;
        }

        // A lead first met under the address gets the erased lead's id, so the mark on that id must go.
        await TryRemoveMarkAsync(LeadId.For(key), cancellationToken);
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        await identities.DeleteEntityAsync(row.PartitionKey, row.RowKey, row.ETag, cancellationToken);
        return true;
    }

    /// <summary>Unlinks a lead from a deal.</summary>
    public async Task UnlinkAsync(LeadId leadId, IdentityKey deal, CancellationToken cancellationToken)
    {
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        await identities.DeleteEntityAsync(Partition(deal), leadId.Value, ETag.All, cancellationToken);
        _seen.TryRemove(SeenKey(deal, leadId), out _);
    }

    /// <summary>Drops the cached keys of a lead, so that the table is read.</summary>
    public void Unsee(LeadId leadId)
    {
        cache.Drop(leadId);
        foreach (var (seen, _) in _seen.Where(pair => pair.Value.Owner.Lead == leadId))
        {
            _seen.TryRemove(seen, out _);
        }
    }

    private KeyOwner OwnerOf(IdentityKey record, JourneyRecord home)
    {
        var (state, leadId) = (home.State, home.State.LeadId);
        return home.ETag is null ? default
            : state.Ledger.ErasedAt is not null ? new(state.Facts.IsEmpty ? null : leadId, true)
            : Remember(record, Partition(record), new(state.Ledger.MergedInto ?? leadId, false));
    }

    /// <summary>Marks the lead of a record as erased, unless it is marked, because its
    /// facts may still be needed.</summary>
    private async Task MarkErasedAsync(LeadId leadId, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await HubPipelines.Optimistic.ExecuteAsync(async token =>
        {
            var record = await journeys.LoadAsync(leadId, token);
            if (record.State.Ledger.ErasedAt is null)
            {
                await journeys.EmptyAsync(record, new() { ErasedAt = at }, token);
            }
        }, cancellationToken);
        cache.Drop(leadId);
    }

    private async Task<bool> TryRemoveMarkAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var record = await journeys.LoadAsync(leadId, cancellationToken);
        if (record.State is not { Facts.IsEmpty: true, Ledger.ErasedAt: not null })
        {
            return false;
        }

        await journeys.RemoveAsync(record, cancellationToken);
        cache.Drop(leadId);
        return true;
    }

    private async Task<TableEntity?> FindRowAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        var row = await identities.GetEntityIfExistsAsync<TableEntity>(Partition(key), Partition(key), null, cancellationToken);
        return row.HasValue ? row.Value : null;
    }

    private async Task<bool> TryAddAsync(TableEntity row, CancellationToken cancellationToken)
    {
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        try
        {
            await identities.AddEntityAsync(row, cancellationToken);
            return true;
        }
        catch (RequestFailedException taken) when (taken.IsAlreadyThere())
        {
            return false;
        }
    }

    private static TableEntity ToRow(KeyOwner owner, IdentityKey key)
    {
        var row = new TableEntity(Partition(key), key.Kind == IdentityKind.Deal ? owner.Lead!.Value : Partition(key))
        { [LeadColumn] = owner.Lead!.Value };
        if (owner.Claims.Count > 0)
        {
            row[ClaimsColumn] = RecordLink.Format(owner.Claims);
        }

        return row;
    }

    private static TableEntity TombstoneOf(IdentityKey key, DateTimeOffset at) =>
        new(Partition(key), Partition(key)) { [ErasedColumn] = at };

    private static string SeenKey(IdentityKey key, LeadId leadId) =>
        key.Kind == IdentityKind.Deal ? $"{Partition(key)}|{leadId}" : Partition(key);

    private static string Partition(IdentityKey key) => TableKey.Hash(key.Canonical);

    private KeyOwner? FindSeen(string seenKey) =>
        _seen.TryGetValue(seenKey, out var seen) && clock.GetUtcNow() < seen.Until ? seen.Owner : null;

    private KeyOwner Remember(IdentityKey key, string seenKey, KeyOwner owner)
    {
        if (_seen.Count >= CacheCapacity)
        {
            _seen.Clear();
        }

        _seen[seenKey] = new(owner, key.Kind == IdentityKind.Email ? clock.GetUtcNow() + AddressHolds : DateTimeOffset.MaxValue);
        return owner;
    }

    private readonly record struct Seen(KeyOwner Owner, DateTimeOffset Until);
}
