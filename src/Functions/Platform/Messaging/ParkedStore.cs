using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>Facts that belong to no journey yet, in the table <c>Parked</c>. Facts of a deal or activity wait for their
/// person.</summary>
internal sealed class ParkedStore(HubTables tables, PersonKeys keys) : IErasableByKey
{
    private const string DealPrefix = "deal-", AfterDeals = "deal.", PersonPrefix = "person-", AfterPersons = "person.";

    /// <summary>Parks a fact of a deal without a known person. Idempotent.</summary>
    public async Task WaitAsync(IdentityKey deal, Fact fact, CancellationToken cancellationToken)
    {
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        var row = new TableEntity(PartitionOf(DealPrefix, deal, keys), TableKey.Hash(fact.DedupeKey));
        LongText.Write(row, "Json", JsonSerializer.Serialize<Fact>(fact, HubJson.Options));
        await parked.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Returns the facts that wait for a deal's people. They stay, because the deal may get more people and
    /// duplicate facts are harmless.</summary>
    public async Task<IReadOnlyList<Fact>> WaitingAsync(IdentityKey deal, CancellationToken cancellationToken) =>
        await FactsAsync(DealPrefix, deal, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> FindAsync(IdentityKey key, CancellationToken cancellationToken) =>
        [.. (await FactsAsync(PrefixOf(key), key, cancellationToken)).Select(fact => $"waiting/{fact.Connector}")];

    /// <inheritdoc/>
    public Task EraseAsync(IdentityKey key, CancellationToken cancellationToken) => RemoveAsync(PrefixOf(key), key, cancellationToken);

    /// <summary>Parks a fact of an activity whose person is unknown. Idempotent.</summary>
    public async Task WaitForPersonAsync(IdentityKey person, Fact fact, CancellationToken cancellationToken)
    {
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        var row = new TableEntity(PartitionOf(PersonPrefix, person, keys), TableKey.Hash(fact.DedupeKey));
        LongText.Write(row, "Json", JsonSerializer.Serialize<Fact>(fact, HubJson.Options));
        await parked.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Returns the facts that wait for a person. They stay until they are old;
    /// duplicate facts are harmless.</summary>
    public async Task<IReadOnlyList<Fact>> WaitingForPersonAsync(IdentityKey person, CancellationToken cancellationToken) =>
        await FactsAsync(PersonPrefix, person, cancellationToken);

    /// <summary>Removes facts that have waited for a person since before a time. Most people in a
    /// tool never become leads.</summary>
    public Task RemoveOldAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        RemoveAsync(
            TableClient.CreateQueryFilter($"PartitionKey ge {PersonPrefix} and PartitionKey lt {AfterPersons} and Timestamp lt {before}"),
            cancellationToken);

    /// <summary>Removes facts that have waited for a deal's people since before a time, at most as many as given.</summary>
    /// <returns>The keys of the removed rows.</returns>
    public async Task<IReadOnlyList<string>> RemoveOldDealsAsync(DateTimeOffset before, int most, CancellationToken cancellationToken)
    {
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey ge {DealPrefix} and PartitionKey lt {AfterDeals} and Timestamp lt {before}");
        var old = await parked.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken)
            .Take(most).ToListAsync(cancellationToken);
        foreach (var row in old)
        {
            await parked.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
        }

        return [.. old.Select(row => row.RowKey)];
    }

    /// <summary>Returns the facts that wait for a key. Those under an older pepper move to the newest.</summary>
    private async Task<IReadOnlyList<Fact>> FactsAsync(string prefix, IdentityKey key, CancellationToken cancellationToken)
    {
        var facts = new List<Fact>();
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        foreach (var version in keys.Versions)
        {
            var filter = TableClient.CreateQueryFilter($"PartitionKey eq {PartitionOf(prefix, key, version)}");
            await foreach (var row in parked.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
            {
                facts.Add(JsonSerializer.Deserialize<Fact>(LongText.Read(row, "Json"), HubJson.Options)!);
                if (version != keys)
                {
                    var moved = new TableEntity(row) { PartitionKey = PartitionOf(prefix, key, keys) };
                    await parked.UpsertEntityAsync(moved, TableUpdateMode.Replace, cancellationToken);
                    await parked.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
                }
            }
        }

        return facts;
    }

    private async Task RemoveAsync(string prefix, IdentityKey key, CancellationToken cancellationToken)
    {
        foreach (var version in keys.Versions)
        {
            await RemoveAsync(
                TableClient.CreateQueryFilter($"PartitionKey eq {PartitionOf(prefix, key, version)}"), cancellationToken);
        }
    }

    private async Task RemoveAsync(string filter, CancellationToken cancellationToken)
    {
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        await foreach (
            var row in parked.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken))
        {
            await parked.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
        }
    }

    private static string PrefixOf(IdentityKey key) => key.Kind == IdentityKind.Deal ? DealPrefix : PersonPrefix;

    private static string PartitionOf(string prefix, IdentityKey key, PersonKeys version) => prefix + version.TableKeyOf(key);
}
