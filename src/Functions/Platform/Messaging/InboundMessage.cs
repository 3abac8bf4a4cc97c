using System.Globalization;
using System.IO.Compression;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>The form of a delivery on the bus: the raw body, compressed where it is large, and beside it everything that is needed to read it again.</summary>
public static class InboundMessage
{
    /// <summary>Bodies above this are compressed.</summary>
    private const int CompressAbove = 8 * 1024;

    /// <summary>A message holds 256 KiB on the Standard tier, properties and framing included.</summary>
    private const int LargestBody = 192 * 1024;

    private const string HeaderPrefix = "header-";

    /// <summary>Whether the bus takes a message.</summary>
    public static bool Fits(ServiceBusMessage message) => message.Body.ToMemory().Length <= LargestBody;

    /// <summary>Writes a delivery. Every writing is a message of its own: what is the same event is found out by its facts, not by its envelope.</summary>
    public static ServiceBusMessage Write(Delivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var compress = delivery.Body.Length > CompressAbove;
        var message = new ServiceBusMessage(compress ? Compress(delivery.Body) : delivery.Body)
        {
            MessageId = Guid.CreateVersion7(delivery.ReceivedAt).ToString("N"),
            Subject = delivery.Connector,
            ApplicationProperties =
            {
                ["connector"] = delivery.Connector,
                ["channel"] = delivery.Channel,
                ["method"] = delivery.Method,
                ["receivedAt"] = delivery.ReceivedAt.ToString("O", CultureInfo.InvariantCulture),
                ["encoding"] = compress ? "gzip" : "identity",
            },
        };
        if (delivery.PublicUrl is { } url)
        {
            message.ApplicationProperties["publicUrl"] = url.OriginalString;
        }

        foreach (var (name, value) in delivery.Headers)
        {
            message.ApplicationProperties[HeaderPrefix + name] = value;
        }

        return message;
    }

    /// <summary>Reads a delivery back.</summary>
    /// <exception cref="UnrecoverableMessageException">The message is none of the hub's.</exception>
    public static Delivery Read(ServiceBusReceivedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var properties = message.ApplicationProperties;
        if (properties.GetValueOrDefault("connector") is not string connector
            || !DateTimeOffset.TryParse(properties.GetValueOrDefault("receivedAt") as string, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var receivedAt))
        {
            throw new UnrecoverableMessageException("not-a-delivery", "The message lacks the properties 'connector' and 'receivedAt' that the hub writes.");
        }

        return new Delivery
        {
            Connector = connector,
            Channel = properties.GetValueOrDefault("channel") as string ?? "",
            Method = properties.GetValueOrDefault("method") as string ?? "POST",
            PublicUrl = properties.GetValueOrDefault("publicUrl") is string url ? new Uri(url) : null,
            Headers = properties.Where(property => property.Key.StartsWith(HeaderPrefix, StringComparison.Ordinal))
                .ToDictionary(property => property.Key[HeaderPrefix.Length..], property => (string)property.Value, StringComparer.OrdinalIgnoreCase),
            Body = properties.GetValueOrDefault("encoding") is "gzip" ? Decompress(message.Body) : message.Body.ToMemory(),
            ReceivedAt = receivedAt,
        };
    }

    private static ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body.Span);
        }

        return packed.ToArray();
    }

    private static ReadOnlyMemory<byte> Decompress(BinaryData body)
    {
        using var unpacked = new MemoryStream();
        using var gzip = new GZipStream(body.ToStream(), CompressionMode.Decompress);
        gzip.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
