using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>The table <c>Parked</c>: verified deliveries and facts that belong to no journey yet. A delivery is parked
/// with its raw body and a reason for an operator. Facts of a deal or activity wait for their person.</summary>
public sealed class ParkedStore(HubTables tables)
{
    private const string PersonPrefix = "person-", AfterPersons = "person.";

    /// <summary>Parks a delivery. Idempotent for the same reason.</summary>
    public async Task ParkAsync(Delivery delivery, string reason, string description, CancellationToken cancellationToken)
    {
        var row = new TableEntity(
            $"delivery-{delivery.Connector}", $"{delivery.ReceivedAt.UtcTicks:D19}-{TableKey.Hash(delivery.Body.Span)}-{reason}")
        {
            ["Reason"] = reason,
            ["Description"] = description,
        };
        MessageRow.Write(row, InboundMessage.Write(delivery));
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        await parked.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Parks a fact of a deal without a known person. Idempotent.</summary>
    public async Task WaitAsync(IdentityKey deal, Fact fact, CancellationToken cancellationToken)
    {
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        var row = new TableEntity(DealPartition(deal), TableKey.Hash(fact.DedupeKey));
        LongText.Write(row, "Json", JsonSerializer.Serialize<Fact>(fact, HubJson.Options));
        await parked.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Returns the facts that wait for a deal's people. They stay, because the deal may get more people and
    /// duplicate facts are harmless.</summary>
    public async Task<IReadOnlyList<Fact>> WaitingAsync(IdentityKey deal, CancellationToken cancellationToken) =>
        await FactsAsync(DealPartition(deal), cancellationToken);

    public async Task EraseAsync(IdentityKey deal, CancellationToken cancellationToken)
    {
        await RemoveAsync(TableClient.CreateQueryFilter($"PartitionKey eq {DealPartition(deal)}"), cancellationToken);
    }

    /// <summary>Parks a fact of an activity whose person is unknown. Idempotent.</summary>
    public async Task WaitForPersonAsync(IdentityKey person, Fact fact, CancellationToken cancellationToken)
    {
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        var row = new TableEntity(PersonPartition(person), TableKey.Hash(fact.DedupeKey));
        LongText.Write(row, "Json", JsonSerializer.Serialize<Fact>(fact, HubJson.Options));
        await parked.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Returns the facts that wait for a person. They stay until they are old;
    /// duplicate facts are harmless.</summary>
    public async Task<IReadOnlyList<Fact>> WaitingForPersonAsync(IdentityKey person, CancellationToken cancellationToken) =>
        await FactsAsync(PersonPartition(person), cancellationToken);

    public async Task RemoveForPersonAsync(IdentityKey person, CancellationToken cancellationToken)
    {
        await RemoveAsync(TableClient.CreateQueryFilter($"PartitionKey eq {PersonPartition(person)}"), cancellationToken);
    }

    /// <summary>Removes facts that have waited for a person since before a time. Most people in a
    /// tool never become leads.</summary>
    public Task RemoveOldAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        RemoveAsync(
            TableClient.CreateQueryFilter($"PartitionKey ge {PersonPrefix} and PartitionKey lt {AfterPersons} and Timestamp lt {before}"),
            cancellationToken);

    private async Task<IReadOnlyList<Fact>> FactsAsync(string partition, CancellationToken cancellationToken)
    {
        var facts = new List<Fact>();
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        await foreach (
            var row in parked.QueryAsync<TableEntity>(
                TableClient.CreateQueryFilter($"PartitionKey eq {partition}"), cancellationToken: cancellationToken))
        {
            facts.Add(JsonSerializer.Deserialize<Fact>(LongText.Read(row, "Json"), HubJson.Options)!);
        }

        return facts;
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

    private static string PersonPartition(IdentityKey person) => $"{PersonPrefix}{TableKey.Hash(person.Canonical)}";

    private static string DealPartition(IdentityKey deal) => $"deal-{TableKey.Hash(deal.Canonical)}";
}
