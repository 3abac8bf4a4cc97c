namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>
/// The part of a waiting or locked message that its queue keeps in memory. Its deadline is the end of its lock.
/// </summary>
internal sealed class QueueEntry(BrokerQueue queue, MessageHead head, Session? session) : Timed
{
    public long Sequence { get; } = MessageStore.SequenceOf(head.Id);

    public long ExpiresAt { get; } = head.ExpiresAt;

    /// <summary>
    /// Gets its session, where the queue has sessions. The session's lock is then the lock of the message.
    /// </summary>
    public Session? Session { get; } = session;

    /// <summary>Gets or sets how many bytes its content has.</summary>
    public int Size { get; set; } = head.Size;

    public int DeliveryCount { get; set; } = head.DeliveryCount;

    /// <summary>Gets or sets whether it is set aside, to be received by its sequence number only.</summary>
    public bool IsDeferred { get; set; }

    /// <summary>Gets or sets the token of its lock, empty when it is not locked.</summary>
    public Guid LockToken { get; set; }

    public override void OnDue() => queue.OnLockExpired(this);
}
