namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>
/// The state of a message as the client shows it. The numbers are those on the wire and in the store.
/// </summary>
internal enum MessageStatus
{
    Active = 0,
    Deferred = 1,
    Scheduled = 2,
}

internal enum ReceiveMode
{
    PeekLock,
    ReceiveAndDelete,
}

/// <summary>The settlement of a locked message that a receiver asks for.</summary>
internal enum Settlement
{
    Complete,

    /// <summary>Give it back; the delivery counts.</summary>
    Abandon,

    /// <summary>Give it back as if it had not been delivered: it never reached the application.</summary>
    Release,
    Defer,
    DeadLetter,
}

/// <summary>A message on its way in.</summary>
/// <param name="MessageId">The id that duplicates are found by.</param>
/// <param name="SessionId">The session it belongs to, if any.</param>
/// <param name="Content">The message as it came over the wire.</param>
/// <param name="TimeToLive">The life the sender gave it; the entity may shorten it.</param>
/// <param name="ScheduledFor">When it is to be enqueued, in UTC ticks; a time that has passed means now.</param>
/// <param name="Copies">What each subscription gets; a queue does not look at it.</param>
internal sealed record Incoming(
    string MessageId,
    string? SessionId,
    byte[] Content,
    TimeSpan TimeToLive,
    long ScheduledFor,
    IReadOnlyList<MessageCopy> Copies);

/// <summary>A copy of a message for one subscription of a topic.</summary>
/// <param name="Subscription">The number of the subscription within its topic.</param>
/// <param name="SessionId">The session it belongs to, if any.</param>
/// <param name="Content">The message, changed where a rule with an action made the copy.</param>
internal readonly record struct MessageCopy(int Subscription, string? SessionId, byte[] Content);

/// <summary>A message on its way out.</summary>
/// <param name="Message">The stored message; its delivery count includes this delivery.</param>
/// <param name="LockToken">The token of its lock; empty when it is not locked.</param>
/// <param name="LockedUntil">The end of its lock in UTC ticks.</param>
internal sealed record Delivered(StoredMessage Message, Guid LockToken, long LockedUntil);

/// <summary>One stored message.</summary>
/// <param name="Id">The entity's number and the sequence number in one, so that an entity's messages lie together in
/// order.</param>
/// <param name="Status">Whether it waits, is set aside, or is scheduled.</param>
/// <param name="EnqueuedAt">When it was enqueued, in UTC ticks.</param>
/// <param name="ExpiresAt">The end of its life in UTC ticks; the greatest value means never.</param>
/// <param name="DueAt">When a scheduled message is to be enqueued, in UTC ticks.</param>
/// <param name="Origin">The sequence number it had when it was first enqueued.</param>
/// <param name="Source">The entity it was dead-lettered from.</param>
/// <param name="SessionId">Its session, where the entity has sessions.</param>
/// <param name="DeliveryCount">How often it was delivered and not released.</param>
/// <param name="Content">The message as it came over the wire, or with the changes made to it since.</param>
internal sealed record StoredMessage(
    long Id,
    MessageStatus Status,
    long EnqueuedAt,
    long ExpiresAt,
    long DueAt,
    long Origin,
    string? Source,
    string? SessionId,
    int DeliveryCount,
    byte[] Content)
{
    public long Sequence => MessageStore.SequenceOf(Id);
}

/// <summary>The part of a message that is read before it is delivered.</summary>
internal readonly record struct MessageHead(long Id, long ExpiresAt, string? SessionId, int Size, int DeliveryCount);
