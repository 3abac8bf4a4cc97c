using Azure;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Webhooks;

/// <summary>A message in the spool.</summary>
public sealed record Spooled(string RowKey, ServiceBusMessage Message);

/// <summary>The table <c>Spool</c>: deliveries that arrived while the bus was down, in order of
/// arrival. A timer drains it.</summary>
public sealed class SpoolStore(HubTables tables, BodyStore bodies)
{
    private const string Partition = "spool";

    /// <summary>Stores a message; returns when the table has it.</summary>
    /// <exception cref="RequestFailedException">The table rejects it.</exception>
    public async Task AddAsync(ServiceBusMessage message, CancellationToken cancellationToken)
    {
        var row = new TableEntity(Partition, message.MessageId!);
        MessageRow.Write(row, await bodies.FitAsync(message, MessageRow.LargestBody, cancellationToken));
        var spool = await tables.GetAsync(HubTables.Spool, cancellationToken);
        await spool.AddEntityAsync(row, cancellationToken);
    }

    /// <summary>Returns the oldest messages.</summary>
    public async Task<IReadOnlyList<Spooled>> ReadAsync(int most, CancellationToken cancellationToken)
    {
        var waiting = new List<Spooled>(most);
        var spool = await tables.GetAsync(HubTables.Spool, cancellationToken);
        await foreach (var row in spool.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), most, cancellationToken: cancellationToken))
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

    /// <summary>Removes a message that the bus has.</summary>
    public async Task RemoveAsync(Spooled spooled, CancellationToken cancellationToken)
    {
        var spool = await tables.GetAsync(HubTables.Spool, cancellationToken);
        await spool.DeleteEntityAsync(Partition, spooled.RowKey, ETag.All, cancellationToken);
    }
}
