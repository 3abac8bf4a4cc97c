using Azure.Messaging.ServiceBus.Embedded;

namespace Azure.Messaging.ServiceBus;

/// <summary>Makes what only a broker makes otherwise, for tests.</summary>
public static class ServiceBusModelFactory
{
    /// <summary>Makes a received message.</summary>
    /// <param name="body">The body; null is empty.</param>
    /// <param name="messageId">The message's id.</param>
    /// <param name="partitionKey">The partition key.</param>
    /// <param name="viaPartitionKey">Not looked at.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="replyToSessionId">The session of the answer.</param>
    /// <param name="timeToLive">How long it lives; zero is for ever.</param>
    /// <param name="correlationId">What it belongs to.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="to">Whom it is for.</param>
    /// <param name="contentType">The media type of the body.</param>
    /// <param name="replyTo">Where an answer goes.</param>
    /// <param name="scheduledEnqueueTime">When it was to be enqueued.</param>
    /// <param name="properties">The sender's own properties.</param>
    /// <param name="lockTokenGuid">The token of the delivery.</param>
    /// <param name="deliveryCount">How often it was delivered.</param>
    /// <param name="lockedUntil">Until when it is locked.</param>
    /// <param name="sequenceNumber">Its number.</param>
    /// <param name="deadLetterSource">Where it was dead-lettered.</param>
    /// <param name="enqueuedSequenceNumber">Its first number.</param>
    /// <param name="enqueuedTime">When it was enqueued.</param>
    /// <param name="serviceBusMessageState">Where in its life it is.</param>
    /// <returns>The message.</returns>
    public static ServiceBusReceivedMessage ServiceBusReceivedMessage(
        BinaryData? body = default,
        string? messageId = default,
        string? partitionKey = default,
        string? viaPartitionKey = default,
        string? sessionId = default,
        string? replyToSessionId = default,
        TimeSpan timeToLive = default,
        string? correlationId = default,
        string? subject = default,
        string? to = default,
        string? contentType = default,
        string? replyTo = default,
        DateTimeOffset scheduledEnqueueTime = default,
        IDictionary<string, object>? properties = default,
        Guid lockTokenGuid = default,
        int deliveryCount = default,
        DateTimeOffset lockedUntil = default,
        long sequenceNumber = -1,
        string? deadLetterSource = default,
        long enqueuedSequenceNumber = default,
        DateTimeOffset enqueuedTime = default,
        ServiceBusMessageState serviceBusMessageState = default)
    {
        var content = new MessageFields
        {
            Body = body ?? BinaryData.FromBytes(ReadOnlyMemory<byte>.Empty),
            MessageId = messageId,
            PartitionKey = partitionKey,
            SessionId = sessionId,
            ReplyToSessionId = replyToSessionId,
            CorrelationId = correlationId,
            Subject = subject,
            To = to,
            ContentType = contentType,
            ReplyTo = replyTo,
            ScheduledEnqueueTime = scheduledEnqueueTime,
        };
        foreach (var (name, value) in properties ?? new Dictionary<string, object>())
        {
            content.ApplicationProperties[name] = value;
        }

        return new(content, new()
        {
            TimeToLive = timeToLive == TimeSpan.Zero ? TimeSpan.MaxValue : timeToLive,
            LockToken = lockTokenGuid,
            DeliveryCount = deliveryCount,
            LockedUntil = lockedUntil,
            SequenceNumber = sequenceNumber,
            DeadLetterSource = deadLetterSource,
            EnqueuedSequenceNumber = enqueuedSequenceNumber,
            EnqueuedTime = enqueuedTime,
            State = serviceBusMessageState,
        });
    }
}
