using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Encoding;
using Microsoft.Azure.Amqp.Framing;

namespace IntegrationHub.LocalPlatform.ServiceBus.Messages;

/// <summary>
/// A view of an encoded message for filters and the engine. A section is decoded when it is first asked for; the
/// message itself stays the bytes that came over the wire.
/// </summary>
internal sealed class MessageFields
{
    public const string DeadLetterReason = "DeadLetterReason";
    public const string DeadLetterDescription = "DeadLetterErrorDescription";
    private static readonly AmqpSymbol PartitionKeyName = "x-opt-partition-key";
    private static readonly AmqpSymbol ScheduledName = "x-opt-scheduled-enqueue-time";
    private readonly byte[] _message;
    private readonly MessageSections _sections;
    private Header? _header;
    private MessageAnnotations? _annotations;
    private Properties? _properties;
    private Dictionary<string, object?>? _applicationProperties;

    /// <summary>Gets the value that stands for a property to remove.</summary>
    public static object Removed { get; } = new();

    /// <exception cref="InvalidDataException">It is not a valid encoded message.</exception>
    public MessageFields(byte[] message)
    {
        _message = message;
        _sections = MessageSections.Of(message);
    }

    public string? MessageId => Properties.MessageId?.ToString();

    public string? CorrelationId => Properties.CorrelationId?.ToString();

    public string? Subject => Properties.Subject;

    public string? ContentType => Properties.ContentType.Value;

    public string? To => Properties.To?.ToString();

    public string? ReplyTo => Properties.ReplyTo?.ToString();

    public string? SessionId => Properties.GroupId;

    public string? ReplyToSessionId => Properties.ReplyToGroupId;

    public string? PartitionKey => Annotation(PartitionKeyName) as string;

    /// <summary>Gets when the sender wants it enqueued, in UTC ticks; zero means now.</summary>
    public long ScheduledFor => Annotation(ScheduledName) is DateTime at ? at.ToUniversalTime().Ticks : 0;

    /// <summary>
    /// Gets the life its sender gave it. The header holds less than 50 days, so a longer life is read from the
    /// properties.
    /// </summary>
    public TimeSpan TimeToLive
    {
        get
        {
            if (_sections.Header.Length == 0 || (_header ??= Decode(new Header(), _sections.Header)).Ttl is not { } milliseconds)
            {
                return TimeSpan.MaxValue;
            }

            return milliseconds == uint.MaxValue && Properties is { AbsoluteExpiryTime: { } end, CreationTime: { } start }
                ? end - start
                : TimeSpan.FromMilliseconds(milliseconds);
        }
    }

    /// <summary>Gets the sender's own properties. Names differ by case.</summary>
    public IReadOnlyDictionary<string, object?> ApplicationProperties =>
        _applicationProperties ??= DecodeMap(_sections.ApplicationProperties);

    private Properties Properties => _properties ??= Decode(new Properties(), _sections.Properties);

    /// <summary>Returns the message with another message id.</summary>
    public byte[] WithMessageId(string id) => WithProperties(properties => properties.MessageId = id);

    /// <summary>Returns the message with other properties of the standard set.</summary>
    public byte[] WithProperties(Action<Properties> change)
    {
        var properties = Decode(new Properties(), _sections.Properties);
        change(properties);
        return Encode(properties, null);
    }

    /// <summary>
    /// Returns the message with application properties set, or removed where the value is <see cref="Removed"/>.
    /// </summary>
    public byte[] WithApplicationProperties(IReadOnlyDictionary<string, object?> changes)
    {
        var application = Decode(new ApplicationProperties(), _sections.ApplicationProperties);
        foreach (var (name, value) in changes)
        {
            if (ReferenceEquals(value, Removed))
            {
                application.Map.TryRemoveValue<object>(name, out _);
            }
            else
            {
                application.Map[name] = value;
            }
        }

        return Encode(null, application);
    }

    /// <summary>Decodes every section, so that none fails later, when no caller waits for the answer.</summary>
    /// <exception cref="InvalidDataException">One cannot be decoded.</exception>
    public void Validate()
    {
        _ = Properties;
        _ = TimeToLive;
        _ = ScheduledFor;
        _ = ApplicationProperties;
    }

    private object? Annotation(AmqpSymbol name) => _sections.MessageAnnotations.Length == 0
        ? null
        : (_annotations ??= Decode(new MessageAnnotations(), _sections.MessageAnnotations)).Map[name];

    private Dictionary<string, object?> DecodeMap(MessageSection section)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in Decode(new ApplicationProperties(), section).Map)
        {
            map[key.Key.ToString()!] = value is AmqpSymbol symbol ? symbol.Value : value;
        }

        return map;
    }

    private T Decode<T>(T section, MessageSection at)
        where T : AmqpDescribed
    {
        if (at.Length > 0)
        {
            try
            {
                section.Decode(new ByteBuffer(_message, at.Offset, at.Length));
            }
            catch (Exception e) when (e is AmqpException or InvalidCastException or IndexOutOfRangeException or ArgumentException)
            {
                throw new InvalidDataException($"The section {section.GetType().Name} of the message cannot be decoded.", e);
            }
        }

        return section;
    }

    /// <summary>Puts the message together with one or the other section replaced.</summary>
    private byte[] Encode(Properties? properties, ApplicationProperties? application)
    {
        var buffer = new ByteBuffer(_message.Length + 512, autoGrow: true);
        Append(buffer, new(0, _sections.Bare));
        EncodeOrAppend(buffer, properties, _sections.Properties);
        EncodeOrAppend(buffer, application, _sections.ApplicationProperties);
        Append(buffer, new(_sections.Body, _message.Length - _sections.Body));
        return buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();
    }

    private void EncodeOrAppend(ByteBuffer buffer, AmqpDescribed? section, MessageSection at)
    {
        if (section is null)
        {
            Append(buffer, at);
        }
        else
        {
            section.Encode(buffer);
        }
    }

    private void Append(ByteBuffer buffer, MessageSection section)
    {
        buffer.Validate(write: true, section.Length);
        _message.AsSpan(section.Offset, section.Length).CopyTo(buffer.Buffer.AsSpan(buffer.WritePos));
        buffer.Append(section.Length);
    }
}
