using Azure.Messaging.ServiceBus.Embedded;

namespace Azure.Messaging.ServiceBus;

/// <summary>A message to send.</summary>
public class ServiceBusMessage
{
    private const int MaxIdLength = 128;

    /// <summary>Makes a message with an empty body.</summary>
    public ServiceBusMessage()
        : this(BinaryData.FromBytes(ReadOnlyMemory<byte>.Empty))
    {
    }

    /// <summary>Makes a message of text, encoded as UTF-8.</summary>
    /// <param name="body">The text.</param>
    public ServiceBusMessage(string body)
        : this(BinaryData.FromString(body))
    {
    }

    /// <summary>Makes a message of bytes.</summary>
    /// <param name="body">The bytes; they are not copied.</param>
    public ServiceBusMessage(ReadOnlyMemory<byte> body)
        : this(BinaryData.FromBytes(body))
    {
    }

    /// <summary>Makes a message.</summary>
    /// <param name="body">The body.</param>
    public ServiceBusMessage(BinaryData body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Content = new() { Body = body };
    }

    /// <summary>Makes a copy to send of a message received: everything its sender had set, nothing the broker added, so no dead-letter reason either.</summary>
    /// <param name="receivedMessage">The message received.</param>
    public ServiceBusMessage(ServiceBusReceivedMessage receivedMessage)
    {
        ArgumentNullException.ThrowIfNull(receivedMessage);
        Content = receivedMessage.Content.Clone();
        Content.ApplicationProperties.Remove(MessageFields.DeadLetterReasonProperty);
        Content.ApplicationProperties.Remove(MessageFields.DeadLetterDescriptionProperty);
        Content.TimeToLive = receivedMessage.TimeToLive;
    }

    /// <summary>Gets or sets the body.</summary>
    public BinaryData Body
    {
        get => Content.Body;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Content.Body = value;
        }
    }

    /// <summary>Gets or sets the id by which an entity with duplicate detection knows the message again. At most 128 characters; the broker makes one up when it is null.</summary>
    public string? MessageId
    {
        get => Content.MessageId;
        set
        {
            ArgumentException.ThrowIfNullOrEmpty(value);
            Content.MessageId = WithinLength(value);
        }
    }

    /// <summary>Gets or sets the partition key, at most 128 characters. Entities of one machine have one partition, so it is only carried.</summary>
    public string? PartitionKey
    {
        get => Content.PartitionKey;
        set => Content.PartitionKey = WithinLength(value);
    }

    /// <summary>Gets or sets the session, at most 128 characters. No entity of the embedded broker has sessions: sending fails when it is set.</summary>
    public string? SessionId
    {
        get => Content.SessionId;
        set => Content.SessionId = WithinLength(value);
    }

    /// <summary>Gets or sets the session of the answer, at most 128 characters.</summary>
    public string? ReplyToSessionId
    {
        get => Content.ReplyToSessionId;
        set => Content.ReplyToSessionId = WithinLength(value);
    }

    /// <summary>Gets or sets how long the message lives from its enqueue time on; the entity's own default shortens it.</summary>
    public TimeSpan TimeToLive
    {
        get => Content.TimeToLive;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            Content.TimeToLive = value;
        }
    }

    /// <summary>Gets or sets what the message belongs to.</summary>
    public string? CorrelationId
    {
        get => Content.CorrelationId;
        set => Content.CorrelationId = value;
    }

    /// <summary>Gets or sets what the message is about.</summary>
    public string? Subject
    {
        get => Content.Subject;
        set => Content.Subject = value;
    }

    /// <summary>Gets or sets whom the message is for; the broker does not look at it.</summary>
    public string? To
    {
        get => Content.To;
        set => Content.To = value;
    }

    /// <summary>Gets or sets the media type of the body.</summary>
    public string? ContentType
    {
        get => Content.ContentType;
        set => Content.ContentType = value;
    }

    /// <summary>Gets or sets where an answer should go.</summary>
    public string? ReplyTo
    {
        get => Content.ReplyTo;
        set => Content.ReplyTo = value;
    }

    /// <summary>Gets or sets when the message may be received first; a time that is past is now.</summary>
    public DateTimeOffset ScheduledEnqueueTime
    {
        get => Content.ScheduledEnqueueTime;
        set => Content.ScheduledEnqueueTime = value;
    }

    /// <summary>
    /// Gets the sender's own properties, which filters see. Values are strings, numbers, booleans, characters, <see cref="Guid"/>, <see cref="Uri"/>,
    /// <see cref="DateTime"/>, <see cref="DateTimeOffset"/>, <see cref="TimeSpan"/>, byte arrays, or null; sending fails on any other.
    /// </summary>
    public IDictionary<string, object> ApplicationProperties => Content.ApplicationProperties!;

    internal MessageFields Content { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{{MessageId:{MessageId}}}";

    private static string? WithinLength(string? id) => id is { Length: > MaxIdLength }
        ? throw new ArgumentOutOfRangeException(nameof(id), $"An id has at most {MaxIdLength} characters, this one has {id.Length}.")
        : id;
}
