using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>
/// The table <c>Parked</c>: what was verified and cannot be put on a journey. A delivery is parked with its raw body and a reason, for a person to look at; the facts of a deal that is not
/// yet known to be about anybody wait for the person.
/// </summary>
public sealed class ParkedStore(HubTables tables)
{
    /// <summary>Parks a delivery. Parking it again for the same reason is once.</summary>
    public async Task ParkAsync(Delivery delivery, string reason, string description, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var row = new TableEntity($"delivery-{delivery.Connector}", $"{delivery.ReceivedAt.UtcTicks:D19}-{TableKey.Hash(delivery.Body.Span)}-{reason}")
        {
            ["Reason"] = reason,
            ["Description"] = description,
        };
        MessageRow.Write(row, InboundMessage.Write(delivery));
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        await parked.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Keeps a fact of a deal that leads to nobody yet. Keeping it twice is once.</summary>
    public async Task WaitAsync(IdentityKey deal, Fact fact, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(deal);
        ArgumentNullException.ThrowIfNull(fact);
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        var row = new TableEntity(DealPartition(deal), TableKey.Hash(fact.DedupeKey));
        LongText.Write(row, "Json", JsonSerializer.Serialize<Fact>(fact, HubJson.Options));
        await parked.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>The facts that wait for a deal's people. They stay: the deal may turn out to be about further people, and facts that arrive twice are once.</summary>
    public async Task<IReadOnlyList<Fact>> WaitingAsync(IdentityKey deal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(deal);
        var facts = new List<Fact>();
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        await foreach (var row in parked.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {DealPartition(deal)}"), cancellationToken: cancellationToken))
        {
            facts.Add(JsonSerializer.Deserialize<Fact>(LongText.Read(row, "Json"), HubJson.Options)!);
        }

        return facts;
    }

    /// <summary>Removes the facts that wait for a deal's people.</summary>
    public async Task EraseAsync(IdentityKey deal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(deal);
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        await foreach (var row in parked.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {DealPartition(deal)}"), select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken))
        {
            await parked.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
        }
    }

    private static string DealPartition(IdentityKey deal) => $"deal-{TableKey.Hash(deal.Canonical)}";
}
