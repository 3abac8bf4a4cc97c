using System.Buffers.Binary;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Encoding;
using Microsoft.Azure.Amqp.Framing;

namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>Where the sections of an encoded AMQP message lie. Body and footer are never looked into.</summary>
internal readonly record struct Sections(int Header, int HeaderLength, int Annotations, int AnnotationsLength, int Bare, int Properties, int PropertiesLength, int Application, int ApplicationLength, int Body)
{
    public static Sections Of(ReadOnlySpan<byte> m)
    {
        int h = 0, hl = 0, a = 0, al = 0, bare = -1, p = 0, pl = 0, ap = 0, apl = 0, at = 0;
        while (at < m.Length)
        {
            if (m[at] != 0) throw new InvalidDataException("Not an AMQP section.");
            ulong code; int value;
            if (m[at + 1] == 0x53) { code = m[at + 2]; value = at + 3; }
            else if (m[at + 1] == 0x80) { code = BinaryPrimitives.ReadUInt64BigEndian(m[(at + 2)..]); value = at + 10; }
            else throw new InvalidDataException("A section descriptor that is no ulong.");
            if (code >= 0x73 && bare < 0) bare = at;
            if (code >= 0x75) break;
            var end = value + m[value] switch
            {
                0x45 or 0x40 => 1,
                0xc0 or 0xc1 => 2 + m[value + 1],
                0xd0 or 0xd1 => 5 + BinaryPrimitives.ReadInt32BigEndian(m[(value + 1)..]),
                var other => throw new InvalidDataException($"A section of kind {other:x}."),
            };
            switch (code)
            {
                case 0x70: h = at; hl = end - at; break;
                case 0x72: a = at; al = end - at; break;
                case 0x73: p = at; pl = end - at; break;
                case 0x74: ap = at; apl = end - at; break;
            }
            at = end;
        }
        return new(h, hl, a, al, bare < 0 ? at : bare, p, pl, ap, apl, at);
    }
}

/// <summary>What a filter and the engine want to know of a stored message; its content stays the bytes that came over the wire.</summary>
internal sealed class MessageFields
{
    public const string DeadLetterReasonProperty = "DeadLetterReason";
    public const string DeadLetterDescriptionProperty = "DeadLetterErrorDescription";
    private readonly byte[] _raw;
    private readonly Sections _at;
    private Properties? _properties;
    private Dictionary<string, object?>? _application;
    private Header? _header;
    private MessageAnnotations? _annotations;

    public MessageFields(byte[] raw) { _raw = raw; _at = Sections.Of(raw); }

    public static MessageFields Decode(byte[] raw) => new(raw);

    private Properties Props => _properties ??= Read(new Properties(), _at.Properties, _at.PropertiesLength);
    private Header Head => _header ??= Read(new Header(), _at.Header, _at.HeaderLength);
    public MessageAnnotations Annotations => _annotations ??= Read(new MessageAnnotations(), _at.Annotations, _at.AnnotationsLength);

    private T Read<T>(T section, int offset, int length) where T : AmqpDescribed
    {
        if (length > 0) section.Decode(new ByteBuffer(_raw, offset, length));
        return section;
    }

    public string? MessageId => Props.MessageId?.ToString();
    public string? CorrelationId => Props.CorrelationId?.ToString();
    public string? Subject => Props.Subject;
    public string? ContentType => Props.ContentType.Value;
    public string? To => Props.To?.ToString();
    public string? ReplyTo => Props.ReplyTo?.ToString();
    public string? SessionId => Props.GroupId;
    public string? ReplyToSessionId => Props.ReplyToGroupId;
    public string? PartitionKey => _at.AnnotationsLength > 0 ? Annotations.Map["x-opt-partition-key"] as string : null;
    public TimeSpan TimeToLive => _at.HeaderLength == 0 || Head.Ttl is not { } ttl ? TimeSpan.MaxValue
        : ttl == uint.MaxValue && Props is { AbsoluteExpiryTime: { } e, CreationTime: { } c } ? e - c : TimeSpan.FromMilliseconds(ttl);
    public long ScheduledFor => _at.AnnotationsLength > 0 && Annotations.Map["x-opt-scheduled-enqueue-time"] is DateTime at ? at.ToUniversalTime().Ticks : 0;

    public Dictionary<string, object?> ApplicationProperties
    {
        get
        {
            if (_application is null)
            {
                _application = [];
                if (_at.ApplicationLength > 0)
                {
                    foreach (var (key, value) in Read(new ApplicationProperties(), _at.Application, _at.ApplicationLength).Map)
                    {
                        _application[key.Key.ToString()!] = value is AmqpSymbol s ? s.Value : value;
                    }
                }
            }
            return _application;
        }
    }

    /// <summary>The message with another message id (the service gives one where the sender did not).</summary>
    public byte[] WithMessageId(string id)
    {
        var p = Props;
        p.MessageId = id;
        return Rebuild(p, null);
    }

    public static byte[] Changed(byte[] content, IReadOnlyDictionary<string, object?> changes)
    {
        var fields = new MessageFields(content);
        var map = new ApplicationProperties();
        if (fields._at.ApplicationLength > 0) map.Decode(new ByteBuffer(content, fields._at.Application, fields._at.ApplicationLength));
        foreach (var (name, value) in changes) map.Map[new MapKey(name)] = value;
        return fields.Rebuild(null, map);
    }

    private byte[] Rebuild(Properties? properties, ApplicationProperties? application)
    {
        var buffer = new ByteBuffer(_raw.Length + 512, true);
        var before = properties is null && application is null ? 0 : (_at.PropertiesLength > 0 ? _at.Properties : _at.Bare);
        Append(buffer, 0, before);
        if (properties is not null) properties.Encode(buffer); else Append(buffer, _at.Properties, _at.PropertiesLength);
        if (application is not null) application.Encode(buffer); else Append(buffer, _at.Application, _at.ApplicationLength);
        Append(buffer, _at.Body, _raw.Length - _at.Body);
        return buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();
    }

    private void Append(ByteBuffer to, int offset, int length)
    {
        if (length <= 0) return;
        to.Validate(true, length);
        Buffer.BlockCopy(_raw, offset, to.Buffer, to.WritePos, length);
        to.Append(length);
    }
}
