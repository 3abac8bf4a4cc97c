using Azure.Messaging.ServiceBus;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>A queue, or a subscription of a topic.</summary>
/// <param name="Subscription">The subscription's name; null for a queue.</param>
internal sealed record QueueEntity(string Path, string? Subscription)
{
    /// <summary>Gets the name shown to people.</summary>
    public string Name => Subscription is null ? Path : $"{Path}/{Subscription}";
}

/// <summary>Counts a few messages by peeking, which needs only the right to receive.</summary>
internal sealed class QueueProbe(QueueReceivers receivers)
{
    /// <summary>The most messages that are counted: what one request returns. More would cost most when a backlog needs
    /// the bus for itself.</summary>
    public const int CountedTo = 100;

    private static readonly QueueEntity Inbound = new(InboundQueue.Name, null);

    /// <summary>Gets every queue and subscription of the topology.</summary>
    public static IReadOnlyList<QueueEntity> Entities { get; } =
    [
        Inbound,
        .. new[] { "to-sales", "to-marketing", "alerts", "reports" }.Select(name => new QueueEntity(FunnelTopic.Name, name)),
    ];

    /// <summary>Counts active messages and dead letters, by one request each.</summary>
    public async Task<QueueHealth> CountAsync(QueueEntity entity, CancellationToken cancellationToken)
    {
        var active = await PeekAsync(entity, SubQueue.None, cancellationToken);
        var dead = await PeekAsync(entity, SubQueue.DeadLetter, cancellationToken);
        return new(entity.Name, active.Waiting.Count, dead.Waiting.Count, active.Capped || dead.Capped)
        { OldestAt = active.Waiting.Min(message => (DateTimeOffset?)message.EnqueuedTime) };
    }

    /// <summary>Returns since when the oldest active message waits in the inbound queue; null when none does.</summary>
    public async Task<DateTimeOffset?> OldestInboundAsync(CancellationToken cancellationToken)
    {
        var oldest = await receivers.Of(Inbound, SubQueue.None).PeekMessagesAsync(CountedTo, 0, cancellationToken);
        return oldest.Where(message => message.State == ServiceBusMessageState.Active)
            .Select(message => (DateTimeOffset?)message.EnqueuedTime)
            .Min();
    }

    private async Task<(IReadOnlyList<ServiceBusReceivedMessage> Waiting, bool Capped)> PeekAsync(
        QueueEntity entity, SubQueue part, CancellationToken cancellationToken)
    {
        var messages = await receivers.Of(entity, part).PeekMessagesAsync(CountedTo, 0, cancellationToken);

        // A dead letter that was set aside is one all the same. A scheduled message does not wait yet.
        return ([.. messages.Where(message => message.State != ServiceBusMessageState.Scheduled)], messages.Count == CountedTo);
    }
}
