using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Journeys;

namespace IntegrationHub.Functions.Inbound;

/// <summary>A delivery in the spool.</summary>
/// <param name="RowKey">Its row.</param>
/// <param name="Message">It, ready for the bus.</param>
public sealed record Spooled(string RowKey, ServiceBusMessage Message);

/// <summary>The table <c>Spool</c>: deliveries that came while the bus was away, in the order they came. Drained by a timer.</summary>
public sealed class SpoolStore(HubTables tables)
{
    private const string Partition = "spool";
    private const string PropertyPrefix = "p_";
    private const int BinaryProperty = 60 * 1024;

    /// <summary>Keeps a message for the bus; returns when the table has it.</summary>
    /// <exception cref="RequestFailedException">The table does not take it.</exception>
    public async Task KeepAsync(ServiceBusMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        var row = new TableEntity(Partition, message.MessageId!);
        foreach (var (name, value) in message.ApplicationProperties)
        {
            row[PropertyPrefix + EncodeName(name)] = value;
        }

        BinaryChunks.Write(row, "Body", message.Body.ToMemory(), BinaryProperty);
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
            waiting.Add(new(row.RowKey, ToMessage(row)));
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

    private static ServiceBusMessage ToMessage(TableEntity row)
    {
        var message = new ServiceBusMessage(BinaryChunks.Read(row, "Body")) { MessageId = row.RowKey };
        foreach (var (name, value) in row.Where(property => property.Key.StartsWith(PropertyPrefix, StringComparison.Ordinal)))
        {
            message.ApplicationProperties[DecodeName(name[PropertyPrefix.Length..])] = value;
        }

        message.Subject = (string)message.ApplicationProperties["connector"];
        return message;
    }

    /// <summary>A table's property names are identifiers; a header's name may have hyphens and more.</summary>
    private static string EncodeName(string name) =>
        string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) ? $"{character}" : $"_{(int)character:x4}"));

    private static string DecodeName(string name)
    {
        var decoded = new System.Text.StringBuilder(name.Length);
        for (var at = 0; at < name.Length; at++)
        {
            if (name[at] != '_')
            {
                decoded.Append(name[at]);
                continue;
            }

            decoded.Append((char)int.Parse(name.AsSpan(at + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            at += 4;
        }

        return decoded.ToString();
    }
}
