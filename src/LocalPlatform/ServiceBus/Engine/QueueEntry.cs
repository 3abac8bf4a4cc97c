namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>What a queue keeps in memory of each message. Its deadline is the end of its lock while it is locked, else the end of its life.</summary>
internal sealed class QueueEntry(BrokerQueue queue, long sequence, long expiresAt) : Timed
{
    public long Sequence { get; } = sequence;

    public long ExpiresAt { get; } = expiresAt;

    public int DeliveryCount { get; set; }

    /// <summary>Gets or sets whether it is set aside, to be had by its sequence number only.</summary>
    public bool IsDeferred { get; set; }

    /// <summary>Gets or sets the token of its lock, empty when it is not locked.</summary>
    public Guid LockToken { get; set; }

    public override void OnDue() => queue.OnDue(this);
}
