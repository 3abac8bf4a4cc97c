using Azure;
using Azure.Data.Tables;
using BitFaster.Caching.Lru;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>The owner of a person's key or an address.</summary>
/// <param name="Lead">The lead; null for an unknown key and for an erased owner. During an erasure, the lead.</param>
/// <param name="Erased">Whether the owner was erased: events with the key are dropped.</param>
internal readonly record struct KeyOwner(LeadId? Lead, bool Erased)
{
    /// <summary>Gets the record links that the lead gets when it is stored; an address holds them until then.</summary>
    public IReadOnlyList<RecordLink> Claims { get => field ?? []; init; }
}

/// <summary>Finds the lead of a key. A person's record leads to the lead whose id derives from it: that lead's row
/// in <c>Journeys</c> says whether it exists, was merged or was erased. So a lead's first record needs no row of
/// its own. Addresses and deals are in the table <c>Identities</c>, hashed, one partition a key. An address leads
/// to one lead: its row has the partition's name, so the second of two writers fails. A deal leads to all its
/// leads. A tombstone is a row without a lead.</summary>
/// <remarks>A key that is unknown under the newest pepper is looked up under each older one. When it is found there, it
/// is stored under the newest too, so that the older pepper can go one day.</remarks>
/// <param name="earlier">What a replay starts from; null for the live tables.</param>
internal sealed class IdentityStore(
    HubTables tables, JourneyStore journeys, JourneyReader reader, JourneyCache cache, PersonKeys keys, TimeProvider clock,
    IEarlierLeads? earlier = null)
{
    private const int CacheCapacity = 100_000;

    /// <summary>How long a cached address counts, because another instance may move it.</summary>
    private static readonly TimeSpan AddressHolds = TimeSpan.FromMinutes(1);

    private const string LeadColumn = "LeadId", ErasedColumn = "ErasedAt", ClaimsColumn = "Claims";

    /// <summary>The keys that this process saw stored. Outdated entries are harmless: a merged lead points
    /// to the one that stays, and an erased lead accepts nothing. Tombstones are not cached, because a
    /// person may remove them.</summary>
    private readonly ConcurrentLru<string, Seen> _seen = new(Environment.ProcessorCount, CacheCapacity, StringComparer.Ordinal);

    /// <summary>Gets what hashes the keys.</summary>
    public PersonKeys Keys => keys;

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

        var owner = await ReadAsync(keys, key, cancellationToken);
        for (var at = 0; owner == default && at < keys.Older.Count; at++)
        {
            owner = await ReadAsync(keys.Older[at], key, cancellationToken);
        }

        return owner;
    }

    /// <summary>Returns the cached owner of a key; null when the table must be read.</summary>
    public KeyOwner? FindSeen(IdentityKey key) => FindSeen(Partition(key));

    /// <summary>Returns the leads of a deal; none for an unknown deal.</summary>
    public async Task<IReadOnlyList<LeadId>> FindByDealAsync(IdentityKey deal, CancellationToken cancellationToken)
    {
        var leads = new List<LeadId>();
        await SeedDealAsync(deal, cancellationToken);
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        foreach (var version in keys.Versions)
        {
            var filter = TableClient.CreateQueryFilter($"PartitionKey eq {version.TableKeyOf(deal)}");
            await foreach (var row in identities.QueryAsync<TableEntity>(filter, select: ["RowKey"], cancellationToken: cancellationToken))
            {
                var lead = LeadId.Parse(row.RowKey);
                leads.Add(lead);
                if (version != keys)
                {
                    await TryAddAsync(ToRow(new(lead, false), deal), cancellationToken);
                    await identities.DeleteEntityAsync(version.TableKeyOf(deal), row.RowKey, ETag.All, cancellationToken);
                }
            }
        }

        return [.. leads.Distinct()];
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
        if (key.Kind == IdentityKind.Person && keys.LeadOf(key) == leadId)
        {
            return leadId;
        }

        var seenKey = SeenKey(key, leadId);
        if (FindSeen(seenKey) is { } seen)
        {
            return seen.Lead;
        }

        if (await IsKnownAsync(key, cancellationToken))
        {
            return await FindAsync(key, cancellationToken);
        }

        var owner = new KeyOwner(leadId, false) { Claims = claims };
        var added = key.Kind == IdentityKind.Person
            ? await journeys.TryAddAsync(keys.LeadOf(key), new() { MergedInto = leadId }, cancellationToken)
            : await TryAddAsync(ToRow(owner, key), cancellationToken);
        return added || key.Kind == IdentityKind.Deal ? Remember(key, seenKey, owner).Lead : await FindAsync(key, cancellationToken);
    }

    /// <summary>Links several keys, except those that lead elsewhere.</summary>
    public async Task LinkAsync(LeadId leadId, IEnumerable<IdentityKey> linked, CancellationToken cancellationToken)
    {
        foreach (var key in linked)
        {
            await LinkAsync(leadId, key, cancellationToken);
        }
    }

    /// <summary>Caches the records of a stored lead.</summary>
    public void Stored(LeadId leadId, IEnumerable<IdentityKey> linked)
    {
        foreach (var record in linked.Where(key => key.Kind == IdentityKind.Person && keys.LeadOf(key) == leadId))
        {
            Remember(record, Partition(record), new(leadId, false));
        }
    }

    /// <summary>Links a key to the lead that its former lead was merged into. A tombstone stays. A person's record
    /// needs no change, because the merged lead points on.</summary>
    public async Task RelinkAsync(LeadId from, LeadId to, IdentityKey key, CancellationToken cancellationToken)
    {
        Unsee(key);
        switch (key.Kind)
        {
            case IdentityKind.Deal:
                await LinkAsync(to, key, cancellationToken);
                await UnlinkAsync(from, key, cancellationToken);
                break;
            case IdentityKind.Email:
                await IsKnownAsync(key, cancellationToken);
                if (await FindRowAsync(keys, key, cancellationToken) is { } row && row.GetString(LeadColumn) == from.Value)
                {
                    var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
                    await identities.UpdateEntityAsync(ToRow(new(to, false), key), row.ETag, TableUpdateMode.Replace, cancellationToken);
                }

                Unsee(key);
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
            await MarkErasedAsync(keys.LeadOf(key), at, evenUnknown: true, cancellationToken);
            foreach (var older in keys.Older)
            {
                await MarkErasedAsync(older.LeadOf(key), at, evenUnknown: false, cancellationToken);
            }
        }
        else
        {
            var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
            await identities.UpsertEntityAsync(TombstoneOf(key, at), TableUpdateMode.Replace, cancellationToken);
            foreach (var older in keys.Older.Select(version => version.TableKeyOf(key)))
            {
                await identities.DeleteEntityAsync(older, older, ETag.All, cancellationToken);
            }
        }

        Unsee(key);
    }

    /// <summary>Turns an unknown key into a tombstone.</summary>
    /// <returns>False when the key leads to a lead or is a tombstone.</returns>
    public async Task<bool> TryBuryUnknownAsync(IdentityKey key, DateTimeOffset at, CancellationToken cancellationToken)
    {
        Unsee(key);
        if (await IsKnownAsync(key, cancellationToken))
        {
            return false;
        }

        return key.Kind == IdentityKind.Person
            ? await journeys.TryAddAsync(keys.LeadOf(key), new() { ErasedAt = at }, cancellationToken)
            : await TryAddAsync(TombstoneOf(key, at), cancellationToken);
    }

    /// <summary>Removes a tombstone, so that the key is unknown. The newest version goes last, so that a repeat completes
    /// what a crash left.</summary>
    /// <returns>Whether the tombstone existed.</returns>
    public async Task<bool> RemoveTombstoneAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        var existed = false;
        foreach (var version in keys.Versions.Reverse())
        {
            existed |= key.Kind == IdentityKind.Person
                ? await TryRemoveMarkAsync(version.LeadOf(key), cancellationToken)
                : await TryRemoveTombstoneAsync(version, key, cancellationToken);
        }

        return existed;
    }

    /// <summary>Unlinks a lead from a deal.</summary>
    public async Task UnlinkAsync(LeadId leadId, IdentityKey deal, CancellationToken cancellationToken)
    {
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        foreach (var version in keys.Versions)
        {
            await identities.DeleteEntityAsync(version.TableKeyOf(deal), leadId.Value, ETag.All, cancellationToken);
        }

        _seen.TryRemove(SeenKey(deal, leadId));
    }

    /// <summary>Makes a key of a lead unknown. One that leads elsewhere stays. Idempotent.</summary>
    public async Task ForgetAsync(LeadId leadId, IdentityKey key, CancellationToken cancellationToken)
    {
        switch (key.Kind)
        {
            case IdentityKind.Deal:
                await UnlinkAsync(leadId, key, cancellationToken);
                break;
            case IdentityKind.Email:
                var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
                foreach (var version in keys.Versions)
                {
                    if (await FindRowAsync(version, key, cancellationToken) is { } row && row.GetString(LeadColumn) == leadId.Value)
                    {
                        await identities.DeleteEntityAsync(row.PartitionKey, row.RowKey, row.ETag, cancellationToken);
                    }
                }

                break;
            default:
                foreach (var home in keys.Versions.Select(version => version.LeadOf(key)).Where(home => home != leadId))
                {
                    if (await journeys.LoadAsync(home, cancellationToken) is { ETag: not null } pointer
                        && pointer.State.Ledger.MergedInto == leadId)
                    {
                        await journeys.RemoveAsync(pointer, cancellationToken);
                        cache.Drop(home);
                    }
                }

                break;
        }

        Unsee(key);
    }

    /// <summary>Drops a lead and keys from the cache, so that the tables are read.</summary>
    public void Unsee(LeadId leadId, IEnumerable<IdentityKey> linked)
    {
        cache.Drop(leadId);
        foreach (var key in linked)
        {
            _seen.TryRemove(SeenKey(key, leadId));
        }
    }

    private void Unsee(IdentityKey key) => _seen.TryRemove(Partition(key));

    /// <summary>Whether a record or an address is known under an older pepper; it is then stored under the newest.
    /// False, without a request, when one pepper is in use.</summary>
    private async Task<bool> IsKnownAsync(IdentityKey key, CancellationToken cancellationToken) =>
        keys.Older.Count > 0 && key.Kind != IdentityKind.Deal && await LookUpAsync(key, cancellationToken) != default;

    /// <summary>Reads the owner of a key as it is stored under one pepper, and stores it under the newest.</summary>
    private async Task<KeyOwner> ReadAsync(PersonKeys version, IdentityKey key, CancellationToken cancellationToken)
    {
        if (key.Kind == IdentityKind.Person)
        {
            var home = await reader.FindAsync(version.LeadOf(key), cancellationToken);
            var owner = OwnerOf(key, home);
            if (version != keys && owner is { Erased: false, Lead: not null } or { Erased: true, Lead: null })
            {
                await journeys.TryAddAsync(
                    keys.LeadOf(key), new() { MergedInto = owner.Lead, ErasedAt = home.State.Ledger.ErasedAt }, cancellationToken);
            }

            return owner;
        }

        if (await FindRowAsync(version, key, cancellationToken) is not { } row)
        {
            return default;
        }

        if (version != keys)
        {
            await MoveAsync(row, key, cancellationToken);
        }

        return row.GetString(LeadColumn) is { } lead
            ? Remember(key, Partition(key), new(LeadId.Parse(lead), false) { Claims = RecordLink.Parse(row.GetString(ClaimsColumn)) })
            : new(null, true);
    }

    /// <summary>Stores an address under the newest pepper. A tombstone stays under the older one too, until it is
    /// removed: an instance with earlier settings may look there.</summary>
    private async Task MoveAsync(TableEntity row, IdentityKey key, CancellationToken cancellationToken)
    {
        var moved = new TableEntity(Partition(key), Partition(key));
        foreach (var column in (string[])[LeadColumn, ClaimsColumn, ErasedColumn])
        {
            moved[column] = row.TryGetValue(column, out var value) ? value : null;
        }

        await TryAddAsync(moved, cancellationToken);
        if (row.GetString(LeadColumn) is not null)
        {
            var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
            await identities.DeleteEntityAsync(row.PartitionKey, row.RowKey, row.ETag, cancellationToken);
        }
    }

    private async Task<bool> TryRemoveTombstoneAsync(PersonKeys version, IdentityKey key, CancellationToken cancellationToken)
    {
        if (await FindRowAsync(version, key, cancellationToken) is not { } row || row.GetString(LeadColumn) is not null)
        {
            return false;
        }

        // A lead first met under the address gets the erased lead's id, so the mark on that id must go.
        await TryRemoveMarkAsync(version.LeadOf(key), cancellationToken);
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        await identities.DeleteEntityAsync(row.PartitionKey, row.RowKey, row.ETag, cancellationToken);
        return true;
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
    private async Task MarkErasedAsync(LeadId leadId, DateTimeOffset at, bool evenUnknown, CancellationToken cancellationToken)
    {
        await HubPipelines.Optimistic.ExecuteAsync(async token =>
        {
            var record = await journeys.LoadAsync(leadId, token);
            if (record.State.Ledger.ErasedAt is null && (evenUnknown || record.ETag is not null))
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

    private async Task<TableEntity?> FindRowAsync(PersonKeys version, IdentityKey key, CancellationToken cancellationToken)
    {
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        var name = version.TableKeyOf(key);
        var row = await identities.GetEntityIfExistsAsync<TableEntity>(name, name, null, cancellationToken);
        return row.HasValue ? row.Value : version == keys ? await SeedAsync(key, cancellationToken) : null;
    }

    /// <summary>Copies an address that a replay starts from. Returns null for an unknown one.</summary>
    private async Task<TableEntity?> SeedAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        var owner = earlier is null || key.Kind != IdentityKind.Email ? default : await earlier.LookUpAsync(key, cancellationToken);
        if (owner == default)
        {
            return null;
        }

        await TryAddAsync(owner.Lead is null ? TombstoneOf(key, clock.GetUtcNow()) : ToRow(owner, key), cancellationToken);
        return await FindRowAsync(keys, key, cancellationToken);
    }

    /// <summary>Copies the leads of a deal that a replay starts from, once. The mark is added last, so a crash repeats it.</summary>
    private async Task SeedDealAsync(IdentityKey deal, CancellationToken cancellationToken)
    {
        if (earlier is null)
        {
            return;
        }

        var mark = $"{Partition(deal)}-copied";
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        if ((await identities.GetEntityIfExistsAsync<TableEntity>(mark, mark, null, cancellationToken)).HasValue)
        {
            return;
        }

        foreach (var lead in await earlier.FindByDealAsync(deal, cancellationToken))
        {
            await TryAddAsync(ToRow(new(lead, false), deal), cancellationToken);
        }

        await TryAddAsync(new(mark, mark), cancellationToken);
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

    private TableEntity ToRow(KeyOwner owner, IdentityKey key)
    {
        var row = new TableEntity(Partition(key), key.Kind == IdentityKind.Deal ? owner.Lead!.Value : Partition(key))
        { [LeadColumn] = owner.Lead!.Value };
        if (owner.Claims.Count > 0)
        {
            row[ClaimsColumn] = RecordLink.Format(owner.Claims);
        }

        return row;
    }

    private TableEntity TombstoneOf(IdentityKey key, DateTimeOffset at) =>
        new(Partition(key), Partition(key)) { [ErasedColumn] = at };

    private string SeenKey(IdentityKey key, LeadId leadId) =>
        key.Kind == IdentityKind.Deal ? $"{Partition(key)}|{leadId}" : Partition(key);

    private string Partition(IdentityKey key) => keys.TableKeyOf(key);

    private KeyOwner? FindSeen(string seenKey) =>
        _seen.TryGet(seenKey, out var seen) && clock.GetUtcNow() < seen.Until ? seen.Owner : null;

    private KeyOwner Remember(IdentityKey key, string seenKey, KeyOwner owner)
    {
        var until = key.Kind == IdentityKind.Email ? clock.GetUtcNow() + AddressHolds : DateTimeOffset.MaxValue;
        _seen.AddOrUpdate(seenKey, new(owner, until));
        return owner;
    }

    private readonly record struct Seen(KeyOwner Owner, DateTimeOffset Until);
}
