namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>What the broker says of a message beside its content.</summary>
internal sealed record MessageState
{
    public required long SequenceNumber { get; init; }

    public long EnqueuedSequenceNumber { get; init; }

    public DateTimeOffset EnqueuedTime { get; init; }

    public TimeSpan TimeToLive { get; init; } = TimeSpan.MaxValue;

    public int DeliveryCount { get; init; }

    public Guid LockToken { get; init; }

    public DateTimeOffset LockedUntil { get; init; }

    public string? DeadLetterSource { get; init; }

    public MessageStatus State { get; init; }
}
