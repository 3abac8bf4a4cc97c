using IntegrationHub.LocalPlatform.ServiceBus.Engine;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Encoding;
using Microsoft.Azure.Amqp.Framing;

namespace IntegrationHub.LocalPlatform.ServiceBus.Messages;

/// <summary>
/// Writes messages as receivers get them: a header and annotations of the broker's, then everything as it was sent.
/// </summary>
internal static class MessageWriter
{
    private static readonly AmqpSymbol SequenceNumber = "x-opt-sequence-number";
    private static readonly AmqpSymbol EnqueuedSequenceNumber = "x-opt-enqueue-sequence-number";
    private static readonly AmqpSymbol EnqueuedTime = "x-opt-enqueued-time";
    private static readonly AmqpSymbol State = "x-opt-message-state";
    private static readonly AmqpSymbol LockedUntil = "x-opt-locked-until";
    private static readonly AmqpSymbol DeadLetterSource = "x-opt-deadletter-source";

    /// <summary>
    /// Returns a delivered message in parts. Its header counts the deliveries before this one; the client adds one.
    /// </summary>
    public static ArraySegment<byte>[] Write(Delivered delivered) => Write(delivered, delivered.Message.DeliveryCount - 1);

    /// <summary>Returns a peeked message, to which the client adds no delivery.</summary>
    public static ArraySegment<byte>[] WritePeeked(Delivered delivered) => Write(delivered, delivered.Message.DeliveryCount);

    public static ArraySegment<byte> Join(ArraySegment<byte>[] parts)
    {
        var whole = new byte[parts.Sum(static part => part.Count)];
        var at = 0;
        foreach (var part in parts)
        {
            part.AsSpan().CopyTo(whole.AsSpan(at));
            at += part.Count;
        }

        return whole;
    }

    private static ArraySegment<byte>[] Write(Delivered delivered, int deliveryCount)
    {
        var message = delivered.Message;
        var content = message.Content;
        var sections = MessageSections.Of(content);
        var buffer = new ByteBuffer(256, autoGrow: true);
        WriteHeader(buffer, message, deliveryCount);
        WriteAnnotations(buffer, delivered, sections);
        var rest = sections.Bare;
        if (message.ExpiresAt != long.MaxValue)
        {
            WriteProperties(buffer, message, sections);
            rest = sections.Properties.Length > 0 ? sections.Properties.End : sections.Bare;
        }

        return [new(buffer.Buffer, buffer.Offset, buffer.Length), new(content, rest, content.Length - rest)];
    }

    private static void WriteHeader(ByteBuffer buffer, StoredMessage message, int deliveryCount)
    {
        var header = new Header { DeliveryCount = (uint)Math.Max(0, deliveryCount) };
        if (message.ExpiresAt != long.MaxValue)
        {
            header.Ttl = (uint)Math.Min(uint.MaxValue, (message.ExpiresAt - message.EnqueuedAt) / TimeSpan.TicksPerMillisecond);
        }

        header.Encode(buffer);
    }

    private static void WriteAnnotations(ByteBuffer buffer, Delivered delivered, MessageSections sections)
    {
        var message = delivered.Message;
        var annotations = new MessageAnnotations();
        if (sections.MessageAnnotations.Length > 0)
        {
            annotations.Decode(new ByteBuffer(message.Content, sections.MessageAnnotations.Offset, sections.MessageAnnotations.Length));
        }

        var map = annotations.Map;
        map[SequenceNumber] = message.Sequence;
        map[EnqueuedSequenceNumber] = message.Origin;
        map[EnqueuedTime] = new DateTime(message.EnqueuedAt, DateTimeKind.Utc);
        map[State] = (int)message.Status;
        if (delivered.LockToken != Guid.Empty)
        {
            map[LockedUntil] = new DateTime(delivered.LockedUntil, DateTimeKind.Utc);
        }

        if (message.Source is { } source)
        {
            map[DeadLetterSource] = source;
        }

        annotations.Encode(buffer);
    }

    /// <summary>
    /// Writes the life that the entity allows: the client reads it from two properties, which win over the header.
    /// </summary>
    private static void WriteProperties(ByteBuffer buffer, StoredMessage message, MessageSections sections)
    {
        var properties = new Properties();
        if (sections.Properties.Length > 0)
        {
            properties.Decode(new ByteBuffer(message.Content, sections.Properties.Offset, sections.Properties.Length));
        }

        properties.CreationTime = new DateTime(message.EnqueuedAt, DateTimeKind.Utc);
        properties.AbsoluteExpiryTime = new DateTime(message.ExpiresAt, DateTimeKind.Utc);
        properties.Encode(buffer);
    }
}
