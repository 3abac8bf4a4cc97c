using System.Globalization;
using System.IO.Compression;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>Converts deliveries to bus messages and back. Large bodies are compressed.</summary>
internal static class InboundMessage
{
    private const int CompressAbove = 8 * 1024;

    /// <summary>The Standard tier allows 256 KiB, properties and framing included.</summary>
    internal const int LargestBody = 192 * 1024;

    /// <summary>Exceeds every vendor's delivery and every page of a poll.</summary>
    private const int LongestUnpacked = 32 * 1024 * 1024;

    private const string HeaderPrefix = "header-";

    /// <summary>Whether the bus accepts a message of this size.</summary>
    public static bool Fits(ServiceBusMessage message) => message.Body.ToMemory().Length <= LargestBody;

    /// <summary>Writes a delivery. Each call makes a new message; duplicates are detected by their facts.</summary>
    public static ServiceBusMessage Write(Delivery delivery)
    {
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

        if (delivery.Part is { } part)
        {
            message.ApplicationProperties["part"] = part.ToString();
        }

        foreach (var (name, value) in delivery.Headers)
        {
            message.ApplicationProperties[HeaderPrefix + name] = value;
        }

        return message;
    }

    /// <summary>Reads a delivery from a message with its own body.</summary>
    /// <exception cref="UnrecoverableMessageException">The message is not a delivery of the hub.</exception>
    public static Delivery Read(ServiceBusReceivedMessage message) => Read(message, message.Body);

    /// <summary>Reads a delivery from a message.</summary>
    /// <param name="body">Its body, which may lie in a blob.</param>
    /// <exception cref="UnrecoverableMessageException">The message is not a delivery of the hub.</exception>
    public static Delivery Read(ServiceBusReceivedMessage message, BinaryData body)
    {
        var properties = message.ApplicationProperties;
        if (properties.GetValueOrDefault("connector") is not string connector
            || !DateTimeOffset.TryParse(
                properties.GetValueOrDefault("receivedAt") as string, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind,
                out var receivedAt))
        {
            throw new UnrecoverableMessageException(
                "not-a-delivery", "The message lacks the properties 'connector' and 'receivedAt' that the hub writes.");
        }

        return new Delivery
        {
            Connector = connector,
            Channel = properties.GetValueOrDefault("channel") as string ?? "",
            Method = properties.GetValueOrDefault("method") as string ?? "POST",
            PublicUrl = Uri.TryCreate(properties.GetValueOrDefault("publicUrl") as string, UriKind.Absolute, out var url) ? url : null,
            Headers = properties.Where(property =>
                property is { Value: string } && property.Key.StartsWith(HeaderPrefix, StringComparison.Ordinal))
                .DistinctBy(property => property.Key, StringComparer.OrdinalIgnoreCase)
                .ToDictionary(
                    property => property.Key[HeaderPrefix.Length..], property => (string)property.Value, StringComparer.OrdinalIgnoreCase),
            Body = properties.GetValueOrDefault("encoding") is "gzip" ? Decompress(body) : body.ToMemory(),
            ReceivedAt = receivedAt,
            Part = DeliveryPart.Parse(properties.GetValueOrDefault("part") as string),
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

    /// <summary>Decompresses a body up to a limit, as protection against decompression bombs.</summary>
    private static ReadOnlyMemory<byte> Decompress(BinaryData body)
    {
        using var unpacked = new MemoryStream();
        using var gzip = new GZipStream(body.ToStream(), CompressionMode.Decompress);
        var buffer = new byte[16 * 1024];
        try
        {
            while (gzip.Read(buffer) is var read and > 0)
            {
                unpacked.Write(buffer, 0, read);
                if (unpacked.Length > LongestUnpacked)
                {
                    throw new UnrecoverableMessageException(
                        "not-a-delivery", $"The body is longer than {LongestUnpacked} bytes when it is unpacked.");
                }
            }
        }
        catch (InvalidDataException broken)
        {
            throw new UnrecoverableMessageException("not-a-delivery", "The body is marked as gzip and cannot be unpacked.", broken);
        }

        return unpacked.ToArray();
    }
}
