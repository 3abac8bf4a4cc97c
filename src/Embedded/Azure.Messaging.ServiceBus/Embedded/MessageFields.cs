using System.Runtime.Serialization;
using System.Text;

namespace Azure.Messaging.ServiceBus.Embedded;

/// <summary>What a sender says in a message, and the form in which it is stored.</summary>
internal sealed class MessageFields
{
    public const string DeadLetterReasonProperty = "DeadLetterReason";
    public const string DeadLetterDescriptionProperty = "DeadLetterErrorDescription";

    private enum Kind : byte
    {
        Null, String, Boolean, Byte, SByte, Int16, UInt16, Int32, UInt32, Int64, UInt64, Single, Double, Decimal, Char, Guid, Uri, DateTime, DateTimeOffset, TimeSpan, Bytes,
    }

    public string? MessageId { get; set; }

    public string? CorrelationId { get; set; }

    public string? Subject { get; set; }

    public string? ContentType { get; set; }

    public string? To { get; set; }

    public string? ReplyTo { get; set; }

    public string? SessionId { get; set; }

    public string? ReplyToSessionId { get; set; }

    public string? PartitionKey { get; set; }

    public TimeSpan TimeToLive { get; set; } = TimeSpan.MaxValue;

    public DateTimeOffset ScheduledEnqueueTime { get; set; }

    public Dictionary<string, object?> ApplicationProperties { get; private init; } = [];

    public BinaryData Body { get; set; } = BinaryData.FromBytes(ReadOnlyMemory<byte>.Empty);

    public static MessageFields Decode(byte[] stored)
    {
        using var reader = new BinaryReader(new MemoryStream(stored), Encoding.UTF8);
        var content = new MessageFields
        {
            MessageId = ReadText(reader),
            CorrelationId = ReadText(reader),
            Subject = ReadText(reader),
            ContentType = ReadText(reader),
            To = ReadText(reader),
            ReplyTo = ReadText(reader),
            SessionId = ReadText(reader),
            ReplyToSessionId = ReadText(reader),
            PartitionKey = ReadText(reader),
            TimeToLive = new(reader.ReadInt64()),
            ScheduledEnqueueTime = new(reader.ReadInt64(), TimeSpan.Zero),
        };
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            content.ApplicationProperties.Add(reader.ReadString(), ReadValue(reader));
        }

        content.Body = BinaryData.FromBytes(stored.AsMemory((int)reader.BaseStream.Position));
        return content;
    }

    public byte[] Encode()
    {
        var body = Body.ToMemory().Span;
        using var stream = new MemoryStream(body.Length + 256);
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        foreach (var text in (ReadOnlySpan<string?>)[MessageId, CorrelationId, Subject, ContentType, To, ReplyTo, SessionId, ReplyToSessionId, PartitionKey])
        {
            writer.Write(text is not null);
            if (text is not null)
            {
                writer.Write(text);
            }
        }

        writer.Write(TimeToLive.Ticks);
        writer.Write(ScheduledEnqueueTime.UtcTicks);
        writer.Write(ApplicationProperties.Count);
        foreach (var (name, value) in ApplicationProperties)
        {
            writer.Write(name);
            WriteValue(writer, name, value);
        }

        writer.Write(body);
        return stream.ToArray();
    }

    public MessageFields Clone() => new()
    {
        MessageId = MessageId,
        CorrelationId = CorrelationId,
        Subject = Subject,
        ContentType = ContentType,
        To = To,
        ReplyTo = ReplyTo,
        SessionId = SessionId,
        ReplyToSessionId = ReplyToSessionId,
        PartitionKey = PartitionKey,
        TimeToLive = TimeToLive,
        ScheduledEnqueueTime = ScheduledEnqueueTime,
        ApplicationProperties = new(ApplicationProperties),
        Body = Body,
    };

    public string? TextProperty(string name) => ApplicationProperties.GetValueOrDefault(name) as string;

    private static string? ReadText(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;

    private static object? ReadValue(BinaryReader reader) => (Kind)reader.ReadByte() switch
    {
        Kind.Null => null,
        Kind.String => reader.ReadString(),
        Kind.Boolean => reader.ReadBoolean(),
        Kind.Byte => reader.ReadByte(),
        Kind.SByte => reader.ReadSByte(),
        Kind.Int16 => reader.ReadInt16(),
        Kind.UInt16 => reader.ReadUInt16(),
        Kind.Int32 => reader.ReadInt32(),
        Kind.UInt32 => reader.ReadUInt32(),
        Kind.Int64 => reader.ReadInt64(),
        Kind.UInt64 => reader.ReadUInt64(),
        Kind.Single => reader.ReadSingle(),
        Kind.Double => reader.ReadDouble(),
        Kind.Decimal => reader.ReadDecimal(),
        Kind.Char => (char)reader.ReadUInt16(),
        Kind.Guid => new Guid(reader.ReadBytes(16)),
        Kind.Uri => new Uri(reader.ReadString(), UriKind.RelativeOrAbsolute),
        Kind.DateTime => DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64()).UtcDateTime,
        Kind.DateTimeOffset => new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero),
        Kind.TimeSpan => new TimeSpan(reader.ReadInt64()),
        Kind.Bytes => reader.ReadBytes(reader.ReadInt32()),
        var other => throw new InvalidDataException($"A stored property has the unknown kind {other}."),
    };

    private static void WriteValue(BinaryWriter writer, string name, object? value)
    {
        switch (value)
        {
            case null: writer.Write((byte)Kind.Null); break;
            case string v: writer.Write((byte)Kind.String); writer.Write(v); break;
            case bool v: writer.Write((byte)Kind.Boolean); writer.Write(v); break;
            case byte v: writer.Write((byte)Kind.Byte); writer.Write(v); break;
            case sbyte v: writer.Write((byte)Kind.SByte); writer.Write(v); break;
            case short v: writer.Write((byte)Kind.Int16); writer.Write(v); break;
            case ushort v: writer.Write((byte)Kind.UInt16); writer.Write(v); break;
            case int v: writer.Write((byte)Kind.Int32); writer.Write(v); break;
            case uint v: writer.Write((byte)Kind.UInt32); writer.Write(v); break;
            case long v: writer.Write((byte)Kind.Int64); writer.Write(v); break;
            case ulong v: writer.Write((byte)Kind.UInt64); writer.Write(v); break;
            case float v: writer.Write((byte)Kind.Single); writer.Write(v); break;
            case double v: writer.Write((byte)Kind.Double); writer.Write(v); break;
            case decimal v: writer.Write((byte)Kind.Decimal); writer.Write(v); break;
            case char v: writer.Write((byte)Kind.Char); writer.Write((ushort)v); break;
            case Guid v: writer.Write((byte)Kind.Guid); writer.Write(v.ToByteArray()); break;
            case Uri v: writer.Write((byte)Kind.Uri); writer.Write(v.OriginalString); break;

            // The wire's timestamp has milliseconds and is always UTC.
            case DateTime v: writer.Write((byte)Kind.DateTime); writer.Write(new DateTimeOffset(v.ToUniversalTime()).ToUnixTimeMilliseconds()); break;
            case DateTimeOffset v: writer.Write((byte)Kind.DateTimeOffset); writer.Write(v.UtcTicks); break;
            case TimeSpan v: writer.Write((byte)Kind.TimeSpan); writer.Write(v.Ticks); break;
            case byte[] v: writer.Write((byte)Kind.Bytes); writer.Write(v.Length); writer.Write(v); break;
            default:
                throw new SerializationException($"The application property '{name}' is a {value.GetType().FullName}, which no message can carry.");
        }
    }
}
