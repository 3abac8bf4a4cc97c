using System.Collections.Concurrent;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Whom a person's key or an address leads to.</summary>
/// <param name="Lead">
/// The lead; null for an unknown key, and for one whose owner is erased. While an owner is being erased, who it is.
/// </param>
/// <param name="Erased">Whether its owner was erased: what comes under it is dropped.</param>
public readonly record struct KeyOwner(LeadId? Lead, bool Erased)
{
    /// <summary>Gets the places that the lead was to get when it was met under this address. They count until the lead is stored.</summary>
    public IReadOnlyList<RecordLink> Claims { get => field ?? []; init; }
}

/// <summary>
/// Which lead a key leads to. A person's record leads to the lead whose id is made of it: that lead's own row in
/// <c>Journeys</c> says whether it is there, was merged into another, or was erased. So a record that a lead is first met
/// under needs no row of its own. Addresses and deals are in the table <c>Identities</c>, hashed, one partition a key.
/// An address leads to one lead: its row is named like its partition, so that the second of two writers is refused. A
/// deal leads to every lead that it is about. The key of an erased person is a tombstone: its row names no lead.
/// </summary>
public sealed class IdentityStore(HubTables tables, JourneyStore journeys, JourneyReader reader, JourneyCache cache, TimeProvider clock)
{
    private const int CacheCapacity = 100_000;

    /// <summary>An address may become another lead's, by another instance: what was seen of one holds for this long.</summary>
    private static readonly TimeSpan AddressHolds = TimeSpan.FromMinutes(1);

    private const string LeadColumn = "LeadId", ErasedColumn = "ErasedAt", ClaimsColumn = "Claims";

    /// <summary>
    /// What this process has seen stored. What is here may be out of date in two ways, and neither does harm: a lead that
    /// was merged since is a pointer to the one that stays, and a lead that was erased takes nothing. Tombstones are not
    /// kept: a person may lift one. Addresses are kept for a short time only.
    /// </summary>
    private readonly ConcurrentDictionary<string, Seen> _seen = new(StringComparer.Ordinal);

    /// <summary>The lead a person's key or an address leads to; null for an unknown key, and for a tombstone.</summary>
    public async Task<LeadId?> FindAsync(IdentityKey key, CancellationToken cancellationToken) =>
        await LookUpAsync(key, cancellationToken) is { Erased: false, Lead: { } lead } ? lead : null;

    /// <summary>Whom a person's key or an address leads to.</summary>
    public async Task<KeyOwner> LookUpAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
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
            : row.GetString(LeadColumn) is { } lead ? Remember(key, Partition(key), new(LeadId.Parse(lead), false) { Claims = RecordLink.Parse(row.GetString(ClaimsColumn)) })
            : new(null, true);
    }

    /// <summary>What this process has seen of a key lately; null where the table has to be asked.</summary>
    public KeyOwner? FindSeen(IdentityKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return FindSeen(Partition(key));
    }

    /// <summary>The leads a deal is about, ordered; none for an unknown deal.</summary>
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

    /// <summary>Links a key to a lead unless it leads elsewhere already.</summary>
    /// <returns>The lead the key leads to now: for a person's key or an address not always <paramref name="leadId"/>; null for a tombstone.</returns>
    public Task<LeadId?> LinkAsync(LeadId leadId, IdentityKey key, CancellationToken cancellationToken) => LinkAsync(leadId, key, [], cancellationToken);

    /// <summary>Links a key to a lead unless it leads elsewhere already.</summary>
    /// <param name="leadId">The lead.</param>
    /// <param name="key">The key.</param>
    /// <param name="claims">The places that the lead gets when it is stored: an address holds them for it until then.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    /// <returns>The lead the key leads to now: for a person's key or an address not always <paramref name="leadId"/>; null for a tombstone.</returns>
    public async Task<LeadId?> LinkAsync(LeadId leadId, IdentityKey key, IReadOnlyList<RecordLink> claims, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leadId);
        ArgumentNullException.ThrowIfNull(key);
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

    /// <summary>Links several keys; each stays where it is if it leads elsewhere.</summary>
    public async Task LinkAsync(LeadId leadId, IEnumerable<IdentityKey> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (var key in keys)
        {
            await LinkAsync(leadId, key, cancellationToken);
        }
    }

    /// <summary>Remembers the records of a lead that is stored.</summary>
    public void Stored(LeadId leadId, IEnumerable<IdentityKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (var record in keys.Where(key => key.Kind == IdentityKind.Person && LeadId.For(key) == leadId))
        {
            Remember(record, Partition(record), new(leadId, false));
        }
    }

    /// <summary>
    /// Links a key that leads to one lead to another, which that one turned out to be. A tombstone stays one. A person's
    /// record needs nothing: the lead that was merged leads on.
    /// </summary>
    public async Task RelinkAsync(LeadId from, LeadId to, IdentityKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(key);
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

    /// <summary>Makes a tombstone of a person's key or an address, known or not. It says when, and not whose it was.</summary>
    public async Task AddTombstoneAsync(IdentityKey key, DateTimeOffset at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
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

    /// <summary>Makes a tombstone of a key that leads nowhere.</summary>
    /// <returns>False where it leads to a lead, or is a tombstone already.</returns>
    public async Task<bool> TryBuryUnknownAsync(IdentityKey key, DateTimeOffset at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        _seen.TryRemove(Partition(key), out _);
        return key.Kind == IdentityKind.Person
            ? await journeys.TryAddAsync(LeadId.For(key), new() { ErasedAt = at }, cancellationToken)
            : await TryAddAsync(TombstoneOf(key, at), cancellationToken);
    }

    /// <summary>Lifts a tombstone: the key is unknown again.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> RemoveTombstoneAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Kind == IdentityKind.Person)
        {
            return await TryRemoveMarkAsync(LeadId.For(key), cancellationToken);
        }

        if (await FindRowAsync(key, cancellationToken) is not { } row || row.GetString(LeadColumn) is not null)
        {
            return false;
        }

        // A lead first met under the address gets the id that the erased one had, so the mark on that must not stand in its way.
        await TryRemoveMarkAsync(LeadId.For(key), cancellationToken);
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        await identities.DeleteEntityAsync(row.PartitionKey, row.RowKey, row.ETag, cancellationToken);
        return true;
    }

    /// <summary>Takes a lead off a deal.</summary>
    public async Task UnlinkAsync(LeadId leadId, IdentityKey deal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leadId);
        ArgumentNullException.ThrowIfNull(deal);
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        await identities.DeleteEntityAsync(Partition(deal), leadId.Value, ETag.All, cancellationToken);
        _seen.TryRemove(SeenKey(deal, leadId), out _);
    }

    /// <summary>Forgets what was seen of a lead, so that the table is asked.</summary>
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

    /// <summary>Marks the lead that is named after a record, unless it is marked: then its facts may still be needed.</summary>
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
        var row = new TableEntity(Partition(key), key.Kind == IdentityKind.Deal ? owner.Lead!.Value : Partition(key)) { [LeadColumn] = owner.Lead!.Value };
        if (owner.Claims.Count > 0)
        {
            row[ClaimsColumn] = RecordLink.Format(owner.Claims);
        }

        return row;
    }

    private static TableEntity TombstoneOf(IdentityKey key, DateTimeOffset at) => new(Partition(key), Partition(key)) { [ErasedColumn] = at };

    private static string SeenKey(IdentityKey key, LeadId leadId) => key.Kind == IdentityKind.Deal ? $"{Partition(key)}|{leadId}" : Partition(key);

    private static string Partition(IdentityKey key) => TableKey.Hash(key.Canonical);

    private KeyOwner? FindSeen(string seenKey) => _seen.TryGetValue(seenKey, out var seen) && clock.GetUtcNow() < seen.Until ? seen.Owner : null;

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
