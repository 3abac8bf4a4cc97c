using System.Collections.Concurrent;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>
/// The table <c>Identities</c>: which lead a key leads to. Keys are stored hashed, one partition a key. A person's key or an address leads to one lead: its row is named like its partition, so that
/// the second of two writers is told. A deal's key leads to every lead the deal is about.
/// </summary>
public sealed class IdentityStore(HubTables tables)
{
    private const int CacheCapacity = 100_000;

    /// <summary>What this process has seen stored. A key once linked stays linked, so that what is here is true; what is not has to be asked.</summary>
    private readonly ConcurrentDictionary<string, LeadId> _seen = new(StringComparer.Ordinal);

    /// <summary>The lead a person's key or an address leads to; null for an unknown key.</summary>
    public async Task<LeadId?> FindAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        var partition = Partition(key);
        if (_seen.TryGetValue(partition, out var seen))
        {
            return seen;
        }

        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        var row = await identities.GetEntityIfExistsAsync<TableEntity>(partition, partition, ["LeadId"], cancellationToken);
        return row.HasValue ? Remember(partition, LeadId.Parse(row.Value!.GetString("LeadId")!)) : null;
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
    /// <returns>The lead the key leads to now: for a person's key or an address not always <paramref name="leadId"/>.</returns>
    public async Task<LeadId> LinkAsync(LeadId leadId, IdentityKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leadId);
        var partition = Partition(key);
        if (_seen.TryGetValue(SeenKey(key, partition, leadId), out var seen))
        {
            return seen;
        }

        var row = key.Kind == IdentityKind.Deal ? leadId.Value : partition;
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        try
        {
            await identities.AddEntityAsync(new TableEntity(partition, row) { ["LeadId"] = leadId.Value }, cancellationToken);
            return Remember(SeenKey(key, partition, leadId), leadId);
        }
        catch (RequestFailedException taken) when (taken.Status == 409 && taken.ErrorCode == "EntityAlreadyExists")
        {
            return key.Kind == IdentityKind.Deal
                ? Remember(SeenKey(key, partition, leadId), leadId)
                : await FindAsync(key, cancellationToken) ?? throw new InvalidOperationException($"The key {key} is taken and leads nowhere.");
        }
    }

    /// <summary>Links several keys; each stays where it is if it leads elsewhere.</summary>
    public async Task LinkAsync(LeadId leadId, IEnumerable<IdentityKey> keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
        {
            await LinkAsync(leadId, key, cancellationToken);
        }
    }

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
