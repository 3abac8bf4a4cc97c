using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using Azure.Storage.Blobs;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Tests.Retention;

/// <summary>Everything that a hub has stored: all its tables, all its blobs, and all queues and subscriptions with their dead letters and
/// scheduled messages. What is compressed is unpacked.</summary>
internal static class StoreDump
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Where a text lies: <c>Parked/delivery</c> for a row, <c>inbound/deadletters</c> for a message.</summary>
    public static async Task<IReadOnlyList<string>> PlacesOfAsync(this TestHub hub, string needle) =>
        [.. (await DumpAsync(hub)).Where(each => each.Content.Contains(needle, StringComparison.OrdinalIgnoreCase)).Select(each => each.Place).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>How many things there are at all.</summary>
    public static async Task<int> SizeAsync(this TestHub hub) => (await DumpAsync(hub)).Count;

    private static async Task<IReadOnlyList<(string Place, string Content)>> DumpAsync(TestHub hub) =>
        [.. await TablesAsync(hub), .. await BlobsAsync(hub), .. await MessagesAsync(hub)];

    private static async Task<List<(string, string)>> TablesAsync(TestHub hub)
    {
        var found = new List<(string, string)>();
        var (tables, prefix) = (hub.Get<TableServiceClient>(), hub.Get<HubOptions>().TablePrefix);
        await foreach (var item in tables.QueryAsync((string?)null, cancellationToken: Token).Where(item => item.Name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            await foreach (var row in tables.GetTableClient(item.Name).QueryAsync<TableEntity>((string?)null, cancellationToken: Token))
            {
                if (item.Name[prefix.Length..] == HubTables.Journeys && row.ContainsKey("Format"))
                {
                    found.Add(($"{HubTables.Journeys}/{row.PartitionKey}", JsonSerializer.Serialize(JourneyDocument.Read(row), HubJson.Options)));
                }

                found.AddRange(row.Select(column => ($"{item.Name[prefix.Length..]}/{row.PartitionKey.Split('-')[0]}", $"{column.Key} {TextOf(column.Value)}")));
            }
        }

        return found;
    }

    private static async Task<List<(string, string)>> BlobsAsync(TestHub hub)
    {
        var found = new List<(string, string)>();
        var (blobs, prefix) = (hub.Get<BlobServiceClient>(), hub.Get<HubOptions>().TablePrefix.ToLowerInvariant());
        await foreach (var item in blobs.GetBlobContainersAsync(prefix: prefix, cancellationToken: Token))
        {
            var container = blobs.GetBlobContainerClient(item.Name);
            await foreach (var blob in container.GetBlobsAsync(cancellationToken: Token))
            {
                var content = await container.GetBlobClient(blob.Name).DownloadContentAsync(Token);
                found.Add(($"{item.Name[prefix.Length..]}", $"{blob.Name} {TextOf(content.Value.Content.ToArray())}"));
            }
        }

        return found;
    }

    private static async Task<List<(string, string)>> MessagesAsync(TestHub hub)
    {
        var found = new List<(string, string)>();
        foreach (var entity in QueueProbe.Entities)
        {
            foreach (var part in (SubQueue[])[SubQueue.None, SubQueue.DeadLetter])
            {
                foreach (var message in await hub.MessagesAsync(entity.Path, entity.Subscription, part))
                {
                    var place = part == SubQueue.DeadLetter ? "deadletters" : message.State.ToString().ToLowerInvariant();
                    var properties = string.Join(' ', message.ApplicationProperties.Select(property => $"{property.Key}={property.Value}"));
                    found.Add(($"{entity.Name}/{place}", $"{message.MessageId} {message.DeadLetterErrorDescription} {properties} {TextOf(message.Body.ToArray())}"));
                }
            }
        }

        return found;
    }

    private static string TextOf(object? value) => value is byte[] bytes
        ? Encoding.UTF8.GetString(bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]) ? Unpack(bytes) : bytes)
        : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static byte[] Unpack(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        gzip.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
