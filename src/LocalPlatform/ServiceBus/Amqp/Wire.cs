using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Encoding;
using Microsoft.Azure.Amqp.Framing;

using IntegrationHub.LocalPlatform.ServiceBus.Engine;
using IntegrationHub.LocalPlatform.ServiceBus.Topology;

namespace IntegrationHub.LocalPlatform.ServiceBus.Amqp;

internal static class Wire
{
    public const uint BatchFormat = 0x80013700;
    public const long MaxMessageSize = 256 * 1024;
    private static readonly DateTime Epoch = DateTime.UnixEpoch;

    /// <summary>What a receiver gets: header and message annotations of ours, then everything from the properties on as it came.</summary>
    public static ArraySegment<byte>[] ToParts(Delivered message, bool isPeeked)
    {
        var d = message.Delivery;
        var at = Sections.Of(message.Content);
        var header = new Header { DeliveryCount = (uint)(isPeeked ? d.DeliveryCount : Math.Max(0, d.DeliveryCount - 1)) };
        if (d.TimeToLive != TimeSpan.MaxValue) header.Ttl = (uint)Math.Min(uint.MaxValue, d.TimeToLive.TotalMilliseconds);
        var annotations = new MessageAnnotations();
        if (at.AnnotationsLength > 0) annotations.Decode(new ByteBuffer(message.Content, at.Annotations, at.AnnotationsLength));
        var map = annotations.Map;
        map["x-opt-sequence-number"] = d.SequenceNumber;
        map["x-opt-enqueue-sequence-number"] = d.EnqueuedSequenceNumber;
        map["x-opt-enqueued-time"] = d.EnqueuedTime.UtcDateTime;
        map["x-opt-message-state"] = (int)d.State;
        if (d.LockToken != Guid.Empty) map["x-opt-locked-until"] = d.LockedUntil.UtcDateTime;
        if (d.DeadLetterSource is { } source) map["x-opt-deadletter-source"] = source;
        var buffer = new ByteBuffer(256, true);
        header.Encode(buffer);
        annotations.Encode(buffer);
        var rest = at.Bare;
        if (d.TimeToLive != TimeSpan.MaxValue)
        {
            // The client takes its TimeToLive and ExpiresAt from these two, not from the header.
            var properties = new Properties();
            if (at.PropertiesLength > 0) properties.Decode(new ByteBuffer(message.Content, at.Properties, at.PropertiesLength));
            properties.CreationTime = d.EnqueuedTime.UtcDateTime;
            var left = DateTimeOffset.MaxValue - d.EnqueuedTime;
            properties.AbsoluteExpiryTime = d.TimeToLive < left ? (d.EnqueuedTime + d.TimeToLive).UtcDateTime : AmqpConstants.MaxAbsoluteExpiryTime;
            properties.Encode(buffer);
            rest = at.PropertiesLength > 0 ? at.Properties + at.PropertiesLength : at.Bare;
        }
        return [new(buffer.Buffer, buffer.Offset, buffer.Length), new(message.Content, rest, message.Content.Length - rest)];
    }

    public static ArraySegment<byte> Joined(ArraySegment<byte>[] parts)
    {
        var all = new byte[parts.Sum(static part => part.Count)];
        var at = 0;
        foreach (var part in parts) { part.AsSpan().CopyTo(all.AsSpan(at)); at += part.Count; }
        return new(all);
    }

    /// <summary>The encoded messages of a batch: each is the binary of one data section.</summary>
    public static List<byte[]> Unbatch(byte[] batch)
    {
        var messages = new List<byte[]>();
        var at = Sections.Of(batch).Body;
        while (at < batch.Length && batch[at] == 0)
        {
            var value = batch[at + 1] == 0x53 ? at + 3 : at + 10;
            var code = batch[at + 1] == 0x53 ? batch[at + 2] : batch[at + 9];
            if (code != 0x75) break;
            int start, length;
            if (batch[value] == 0xa0) { length = batch[value + 1]; start = value + 2; }
            else { length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(batch.AsSpan(value + 1)); start = value + 5; }
            messages.Add(batch.AsSpan(start, length).ToArray());
            at = start + length;
        }
        return messages;
    }

    public static Incoming ToIncoming(BusTopology topology, string path, byte[] content)
    {
        var fields = new MessageFields(content);
        var id = fields.MessageId;
        if (id is null)
        {
            id = Guid.NewGuid().ToString("N");
            content = fields.WithMessageId(id);
            fields = new(content);
        }
        return new(id, fields.TimeToLive, fields.ScheduledFor, topology.Route(path, fields), content);
    }

    public static object ToValue(object value) => value is ArraySegment<byte> s ? s : value;

    public static string PathOf(string address)
    {
        var path = Uri.UnescapeDataString(address);
        if (path.StartsWith("amqp://", StringComparison.OrdinalIgnoreCase) || path.StartsWith("sb://", StringComparison.OrdinalIgnoreCase)) path = new Uri(path).AbsolutePath;
        return path.Trim('/');
    }

    public static Rejected ToRejected(Exception e) => new()
    {
        Error = new() { Condition = e is BusException s ? s.Condition : "amqp:internal-error", Description = e.Message },
    };
}
