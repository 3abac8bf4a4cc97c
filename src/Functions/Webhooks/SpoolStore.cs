using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Webhooks;

/// <summary>A message in the spool.</summary>
internal sealed record Spooled(string Partition, string RowKey, ServiceBusMessage Message);

/// <summary>The table <c>Spool</c>: deliveries that arrived while the bus was down. They are spread over partitions by a
/// hash, because one partition takes about two thousand rows a second. In each they are in order of arrival. A timer
/// drains it.</summary>
internal sealed class SpoolStore(HubTables tables, BodyStore bodies)
{
    /// <summary>The partitions.</summary>
    public static readonly IReadOnlyList<string> Partitions =
        [.. Enumerable.Range(0, 16).Select(number => string.Create(CultureInfo.InvariantCulture, $"spool-{number:x}"))];

    /// <summary>Stores a message; returns when the table has it.</summary>
    /// <exception cref="RequestFailedException">The table rejects it.</exception>
    public async Task AddAsync(ServiceBusMessage message, CancellationToken cancellationToken)
    {
        var row = await ToRowAsync(message, cancellationToken);
        var spool = await tables.GetAsync(HubTables.Spool, cancellationToken);
        await spool.AddEntityAsync(row, cancellationToken);
    }

    /// <summary>Stores a message, also when it is there. Idempotent.</summary>
    public async Task PutAsync(ServiceBusMessage message, CancellationToken cancellationToken)
    {
        var row = await ToRowAsync(message, cancellationToken);
        var spool = await tables.GetAsync(HubTables.Spool, cancellationToken);
        await spool.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Returns the oldest messages of a partition.</summary>
    /// <param name="after">The row after which they stand; empty for the first.</param>
    public async Task<IReadOnlyList<Spooled>> ReadAsync(
        string partition, string after, int most, CancellationToken cancellationToken)
    {
        var spool = await tables.GetAsync(HubTables.Spool, cancellationToken);
        var page = await spool.PageAsync(
            TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey gt {after}"), new(most), columns: null,
            cancellationToken);
        return [.. page.Items.Select(Read)];
    }

    /// <summary>Returns the delivery of a message, whose body may lie in a blob.</summary>
    /// <exception cref="UnrecoverableMessageException">It is not a delivery, or its body is gone.</exception>
    public async Task<Delivery> OpenAsync(Spooled spooled, CancellationToken cancellationToken)
    {
        var received = ServiceBusModelFactory.ServiceBusReceivedMessage(
            spooled.Message.Body, spooled.RowKey, properties: spooled.Message.ApplicationProperties);
        return InboundMessage.Read(received, await bodies.ReadAsync(received, cancellationToken));
    }

    /// <summary>Removes messages of one partition that the bus has, at most a hundred. Idempotent.</summary>
    public async Task RemoveAsync(IReadOnlyCollection<Spooled> sent, CancellationToken cancellationToken)
    {
        var spool = await tables.GetAsync(HubTables.Spool, cancellationToken);
        try
        {
            await spool.SubmitTransactionAsync(
                sent.Select(each => new TableTransactionAction(
                    TableTransactionActionType.Delete, new TableEntity(each.Partition, each.RowKey), ETag.All)),
                cancellationToken);
        }
        catch (RequestFailedException missing) when (missing.IsConflict())
        {
            // Another instance drains too. A transaction fails on a missing row; a single delete does not.
            await Task.WhenAll(sent.Select(each => spool.DeleteEntityAsync(each.Partition, each.RowKey, ETag.All, cancellationToken)));
        }
    }

    private async Task<TableEntity> ToRowAsync(ServiceBusMessage message, CancellationToken cancellationToken)
    {
        var row = new TableEntity($"spool-{TableKey.Hash(message.MessageId!)[0]}", message.MessageId!);
        MessageRow.Write(row, await bodies.FitAsync(message, MessageRow.LargestBody, cancellationToken));
        return row;
    }

    private static Spooled Read(TableEntity row)
    {
        var message = MessageRow.Read(row);
        message.MessageId = row.RowKey;
        return new(row.PartitionKey, row.RowKey, message);
    }
}
