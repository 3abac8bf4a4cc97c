using Azure;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Webhooks;

/// <summary>A delivery in the spool.</summary>
/// <param name="RowKey">Its row.</param>
/// <param name="Message">It, ready for the bus.</param>
public sealed record Spooled(string RowKey, ServiceBusMessage Message);

/// <summary>The table <c>Spool</c>: deliveries that came while the bus was away, in the order they came. Drained by a timer.</summary>
public sealed class SpoolStore(HubTables tables)
{
    private const string Partition = "spool";

    /// <summary>Keeps a message for the bus; returns when the table has it.</summary>
    /// <exception cref="RequestFailedException">The table does not take it.</exception>
    public async Task KeepAsync(ServiceBusMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        var row = new TableEntity(Partition, message.MessageId!);
        MessageRow.Write(row, message);
        var spool = await tables.GetAsync(HubTables.Spool, cancellationToken);
        await spool.AddEntityAsync(row, cancellationToken);
    }

    /// <summary>What waits, oldest first.</summary>
    public async Task<IReadOnlyList<Spooled>> TakeAsync(int most, CancellationToken cancellationToken)
    {
        var waiting = new List<Spooled>(most);
        var spool = await tables.GetAsync(HubTables.Spool, cancellationToken);
        await foreach (var row in spool.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), most, cancellationToken: cancellationToken))
        {
            var message = MessageRow.Read(row);
            message.MessageId = row.RowKey;
            waiting.Add(new(row.RowKey, message));
            if (waiting.Count == most)
            {
                break;
            }
        }

        return waiting;
    }

    /// <summary>Forgets a delivery that the bus has now.</summary>
    public async Task RemoveAsync(Spooled spooled, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(spooled);
        var spool = await tables.GetAsync(HubTables.Spool, cancellationToken);
        await spool.DeleteEntityAsync(Partition, spooled.RowKey, ETag.All, cancellationToken);
    }
}
