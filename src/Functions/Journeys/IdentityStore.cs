using System.Collections.Concurrent;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Whom a person's key or an address leads to.</summary>
/// <param name="Lead">The lead; null for an unknown key, and for one whose owner was erased.</param>
/// <param name="Erased">Whether its owner was erased: what comes under it is dropped.</param>
public readonly record struct KeyOwner(LeadId? Lead, bool Erased);

/// <summary>
/// The table <c>Identities</c>: which lead a key leads to. Keys are stored hashed, one partition a key. A person's key or an address leads to one lead: its row is named like its partition, so that
/// the second of two writers is told. A deal's key leads to every lead the deal is about. The key of an erased person is a tombstone: its row names no lead.
/// </summary>
public sealed class IdentityStore(HubTables tables)
{
    private const int CacheCapacity = 100_000;
    private const string LeadColumn = "LeadId", ErasedColumn = "ErasedAt";

    /// <summary>
    /// What this process has seen stored. What is here may be out of date in two ways, and neither does harm: a lead that was merged since is a pointer to the one that stays, and a lead that
    /// was erased takes nothing. Tombstones are not kept: a person may lift one.
    /// </summary>
    private readonly ConcurrentDictionary<string, LeadId> _seen = new(StringComparer.Ordinal);

    /// <summary>The lead a person's key or an address leads to; null for an unknown key, and for a tombstone.</summary>
    public async Task<LeadId?> FindAsync(IdentityKey key, CancellationToken cancellationToken) => (await LookUpAsync(key, cancellationToken)).Lead;

    /// <summary>Whom a person's key or an address leads to.</summary>
    public async Task<KeyOwner> LookUpAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var partition = Partition(key);
        if (_seen.TryGetValue(partition, out var seen))
        {
            return new(seen, false);
        }

        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        var row = await identities.GetEntityIfExistsAsync<TableEntity>(partition, partition, [LeadColumn], cancellationToken);
        return !row.HasValue ? new(null, false)
            : row.Value!.GetString(LeadColumn) is { } lead ? new(Remember(partition, LeadId.Parse(lead)), false)
            : new(null, true);
    }

    /// <summary>The leads a deal is about, ordered; none for an unknown deal.</summary>
    public async Task<IReadOnlyList<LeadId>> FindByDealAsync(IdentityKey deal, CancellationToken cancellationToken)
    {
        var leads = new List<LeadId>();
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        await foreach (var row in identities.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {Partition(deal)}"), select: ["RowKey"], cancellationToken: cancellationToken))
        {
            leads.Add(LeadId.Parse(row.RowKey));
        }

        return leads;
    }

    /// <summary>Links a key to a lead unless it leads elsewhere already.</summary>
    /// <returns>The lead the key leads to now: for a person's key or an address not always <paramref name="leadId"/>; null for a tombstone.</returns>
    public async Task<LeadId?> LinkAsync(LeadId leadId, IdentityKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leadId);
        ArgumentNullException.ThrowIfNull(key);
        var partition = Partition(key);
        if (_seen.TryGetValue(SeenKey(key, partition, leadId), out var seen))
        {
            return seen;
        }

        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        try
        {
            await identities.AddEntityAsync(ToRow(leadId, key), cancellationToken);
            return Remember(SeenKey(key, partition, leadId), leadId);
        }
        catch (RequestFailedException taken) when (taken.Status == 409 && taken.ErrorCode == "EntityAlreadyExists")
        {
            return key.Kind == IdentityKind.Deal ? Remember(SeenKey(key, partition, leadId), leadId) : await FindAsync(key, cancellationToken);
        }
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

    /// <summary>Links a key that leads to one lead to another, which that one turned out to be. A tombstone stays one.</summary>
    public async Task RelinkAsync(LeadId from, LeadId to, IdentityKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(key);
        var partition = Partition(key);
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        if (key.Kind == IdentityKind.Deal)
        {
            await LinkAsync(to, key, cancellationToken);
            await identities.DeleteEntityAsync(partition, from.Value, ETag.All, cancellationToken);
            return;
        }

        _seen.TryRemove(partition, out _);
        var row = await identities.GetEntityIfExistsAsync<TableEntity>(partition, partition, [LeadColumn], cancellationToken);
        if (row.HasValue && row.Value!.GetString(LeadColumn) == from.Value)
        {
            await identities.UpdateEntityAsync(ToRow(to, key), row.Value.ETag, TableUpdateMode.Replace, cancellationToken);
        }
    }

    /// <summary>Makes a tombstone of a person's key or an address, known or not. It says when, and not whose it was.</summary>
    public async Task AddTombstoneAsync(IdentityKey key, DateTimeOffset at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var partition = Partition(key);
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        await identities.UpsertEntityAsync(new TableEntity(partition, partition) { [ErasedColumn] = at }, TableUpdateMode.Replace, cancellationToken);
        _seen.TryRemove(partition, out _);
    }

    /// <summary>Makes a tombstone of a key that leads nowhere.</summary>
    /// <returns>False where it leads to a lead, or is a tombstone already.</returns>
    public async Task<bool> TryBuryUnknownAsync(IdentityKey key, DateTimeOffset at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var partition = Partition(key);
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        _seen.TryRemove(partition, out _);
        try
        {
            await identities.AddEntityAsync(new TableEntity(partition, partition) { [ErasedColumn] = at }, cancellationToken);
            return true;
        }
        catch (RequestFailedException taken) when (taken.Status == 409 && taken.ErrorCode == "EntityAlreadyExists")
        {
            return false;
        }
    }

    /// <summary>Lifts a tombstone: the key is unknown again.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> RemoveTombstoneAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var partition = Partition(key);
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        var row = await identities.GetEntityIfExistsAsync<TableEntity>(partition, partition, [LeadColumn], cancellationToken);
        if (!row.HasValue || row.Value!.GetString(LeadColumn) is not null)
        {
            return false;
        }

        await identities.DeleteEntityAsync(partition, partition, row.Value.ETag, cancellationToken);
        return true;
    }

    /// <summary>Takes a lead off a deal.</summary>
    public async Task UnlinkAsync(LeadId leadId, IdentityKey deal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leadId);
        ArgumentNullException.ThrowIfNull(deal);
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        await identities.DeleteEntityAsync(Partition(deal), leadId.Value, ETag.All, cancellationToken);
        _seen.TryRemove(SeenKey(deal, Partition(deal), leadId), out _);
    }

    /// <summary>Forgets what was seen of a lead, so that the table is asked.</summary>
    public void Unsee(LeadId leadId)
    {
        foreach (var (seen, _) in _seen.Where(pair => pair.Value == leadId))
        {
            _seen.TryRemove(seen, out _);
        }
    }

    private static TableEntity ToRow(LeadId leadId, IdentityKey key) =>
        new(Partition(key), key.Kind == IdentityKind.Deal ? leadId.Value : Partition(key)) { [LeadColumn] = leadId.Value };

    private static string SeenKey(IdentityKey key, string partition, LeadId leadId) => key.Kind == IdentityKind.Deal ? $"{partition}|{leadId}" : partition;

    private static string Partition(IdentityKey key) => TableKey.Hash(key.Canonical);

    private LeadId Remember(string seenKey, LeadId leadId)
    {
        if (_seen.Count >= CacheCapacity)
        {
            _seen.Clear();
        }

        return _seen[seenKey] = leadId;
    }
}
