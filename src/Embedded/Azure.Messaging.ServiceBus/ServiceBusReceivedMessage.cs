using Azure.Messaging.ServiceBus.Embedded;

namespace Azure.Messaging.ServiceBus;

/// <summary>A message as the broker hands it out.</summary>
public class ServiceBusReceivedMessage
{
    internal ServiceBusReceivedMessage(MessageFields content, Delivery delivery)
    {
        Content = content;
        Delivery = delivery;
    }

    /// <summary>Gets the body.</summary>
    public BinaryData Body => Content.Body;

    /// <summary>Gets the id its sender gave it, or else the broker.</summary>
    public string MessageId => Content.MessageId!;

    /// <summary>Gets the partition key.</summary>
    public string? PartitionKey => Content.PartitionKey;

    /// <summary>Gets the session.</summary>
    public string? SessionId => Content.SessionId;

    /// <summary>Gets the session of the answer.</summary>
    public string? ReplyToSessionId => Content.ReplyToSessionId;

    /// <summary>Gets how long the message lives from <see cref="EnqueuedTime"/> on: the shorter of its own and the entity's time.</summary>
    public TimeSpan TimeToLive => Delivery.TimeToLive;

    /// <summary>Gets what the message belongs to.</summary>
    public string? CorrelationId => Content.CorrelationId;

    /// <summary>Gets what the message is about.</summary>
    public string? Subject => Content.Subject;

    /// <summary>Gets whom the message is for.</summary>
    public string? To => Content.To;

    /// <summary>Gets the media type of the body.</summary>
    public string? ContentType => Content.ContentType;

    /// <summary>Gets where an answer should go.</summary>
    public string? ReplyTo => Content.ReplyTo;

    /// <summary>Gets when the message was to be enqueued, or the default value.</summary>
    public DateTimeOffset ScheduledEnqueueTime => Content.ScheduledEnqueueTime;

    /// <summary>Gets the sender's own properties, and what settling calls changed in them.</summary>
    public IReadOnlyDictionary<string, object> ApplicationProperties => Content.ApplicationProperties!;

    /// <summary>Gets the token that settles this delivery; all zeros on a peeked message.</summary>
    public string LockToken => Delivery.LockToken.ToString();

    /// <summary>Gets how often the message was delivered, this time included: 1 on first receipt.</summary>
    public int DeliveryCount => Delivery.DeliveryCount;

    /// <summary>Gets until when the message is locked; renewing the lock moves it.</summary>
    public DateTimeOffset LockedUntil => Delivery.LockedUntil;

    /// <summary>Gets the number of this copy, growing per entity.</summary>
    public long SequenceNumber => Delivery.SequenceNumber;

    /// <summary>Gets the queue or subscription the message was dead-lettered in, or null.</summary>
    public string? DeadLetterSource => Delivery.DeadLetterSource;

    /// <summary>Gets the sequence number the message had where it was first accepted.</summary>
    public long EnqueuedSequenceNumber => Delivery.EnqueuedSequenceNumber;

    /// <summary>Gets when the message was enqueued.</summary>
    public DateTimeOffset EnqueuedTime => Delivery.EnqueuedTime;

    /// <summary>Gets when the message's life ends.</summary>
    public DateTimeOffset ExpiresAt =>
        TimeToLive >= DateTimeOffset.MaxValue - EnqueuedTime ? DateTimeOffset.MaxValue : EnqueuedTime + TimeToLive;

    /// <summary>Gets why the message was dead-lettered, or null.</summary>
    public string? DeadLetterReason => Content.TextProperty(MessageFields.DeadLetterReasonProperty);

    /// <summary>Gets what more was said on dead-lettering, or null.</summary>
    public string? DeadLetterErrorDescription => Content.TextProperty(MessageFields.DeadLetterDescriptionProperty);

    /// <summary>Gets where in its life the message is.</summary>
    public ServiceBusMessageState State => Delivery.State;

    internal MessageFields Content { get; }

    internal Delivery Delivery { get; set; }

    /// <inheritdoc/>
    public override string ToString() => $"{{MessageId:{MessageId}}}";
}
