using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>Verified deliveries that wait for an operator, in the table <c>Parked</c>: one row for each, in order of receipt, with its
/// raw body. The persons that it names are indexed.</summary>
internal sealed class ParkedDeliveryStore(HubTables tables, PersonKeys keys, BodyStore bodies, ConnectorSet connectors) : IErasableByKey
{
    private const string Partition = "delivery";
    private const string Connector = "Connector", Reason = "Reason", Description = "Description", Faults = "Faults", Bytes = "Bytes";
    private const int LongestDescription = 2_000;

    private static readonly string[] Columns =
        ["PartitionKey", "RowKey", "Timestamp", Connector, Reason, Description, Faults, Bytes];

    /// <summary>Parks a delivery once, whatever its faults. Idempotent.</summary>
    public async Task AddAsync(Delivery delivery, IReadOnlyList<ParkedFault> faults, CancellationToken cancellationToken)
    {
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        var description = string.Join(' ', faults.Select(fault => fault.Description).Distinct());
        var row = new TableEntity(Partition, IdOf(delivery))
        {
            [Connector] = delivery.Connector,
            [Reason] = faults[0].Reason,
            [Description] = description.Length > LongestDescription ? description[..LongestDescription] : description,
            [Faults] = faults.Count,
            [Bytes] = delivery.Body.Length,
        };
        await PersonIndex.AddAsync(parked, row, DeliveryKeys.Named(connectors, delivery), keys, cancellationToken);
        MessageRow.Write(row, await bodies.FitAsync(InboundMessage.Write(delivery), MessageRow.LargestBody, cancellationToken));
        await parked.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Returns a page of the parked deliveries without bodies, oldest first.</summary>
    /// <param name="after">The last id of the page before; null for the first page.</param>
    public async Task<IReadOnlyList<ParkedDelivery>> ListAsync(
        ParkedFilter filter, int most, string? after, CancellationToken cancellationToken)
    {
        List<string> conditions = [TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and RowKey gt {after ?? ""}")];
        conditions.AddRange(new[]
        {
            filter.Id is { } id ? TableClient.CreateQueryFilter($"RowKey eq {id}") : null,
            filter.Since is { } since ? TableClient.CreateQueryFilter($"RowKey ge {TicksOf(since)}") : null,
            filter.Reason is { } reason ? TableClient.CreateQueryFilter($"Reason eq {reason}") : null,
            filter.Connector is { } connector ? TableClient.CreateQueryFilter($"Connector eq {connector}") : null,
        }.OfType<string>());
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        return await parked.QueryAsync<TableEntity>(string.Join(" and ", conditions), most, Columns, cancellationToken)
            .Take(most).Select(FromRow).ToListAsync(cancellationToken);
    }

    /// <summary>Returns the message to queue again; null for an unknown id.</summary>
    public async Task<ServiceBusMessage?> FindMessageAsync(string id, CancellationToken cancellationToken) =>
        await FindRowAsync(id, cancellationToken) is { } row ? MessageRow.Read(row) : null;

    /// <summary>Removes a delivery unless it was parked again since it was read.</summary>
    /// <returns>Whether it was removed.</returns>
    public async Task<bool> TryRemoveAsync(ParkedDelivery delivery, CancellationToken cancellationToken)
    {
        if (await FindRowAsync(delivery.Id, cancellationToken) is not { } row)
        {
            return false;
        }

        try
        {
            var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
            await PersonIndex.RemoveAsync(parked, row, delivery.Version, cancellationToken);
            return true;
        }
        catch (RequestFailedException changed) when (changed.IsConflict())
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> FindAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        return [.. (await PersonIndex.FindAsync(parked, key, keys, cancellationToken)).Select(row => $"parked/{row.Row}")];
    }

    /// <inheritdoc/>
    public async Task EraseAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        await PersonIndex.EraseAsync(parked, key, keys, cancellationToken);
    }

    private async Task<TableEntity?> FindRowAsync(string id, CancellationToken cancellationToken)
    {
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        var row = await parked.GetEntityIfExistsAsync<TableEntity>(Partition, id, null, cancellationToken);
        return row.HasValue ? row.Value : null;
    }

    private static string IdOf(Delivery delivery) => $"{TicksOf(delivery.ReceivedAt)}-{TableKey.Hash(delivery.Body.Span)}";

    private static string TicksOf(DateTimeOffset time) => time.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);

    private static ParkedDelivery FromRow(TableEntity row) => new(
        row.RowKey,
        row.GetString(Connector)!,
        row.GetString(Reason)!,
        row.GetString(Description)!,
        row.GetInt32(Faults) ?? 1,
        new(long.Parse(row.RowKey.AsSpan(0, row.RowKey.IndexOf('-')), NumberStyles.None, CultureInfo.InvariantCulture), TimeSpan.Zero),
        row.GetInt32(Bytes) ?? 0)
    { Version = row.ETag };
}
