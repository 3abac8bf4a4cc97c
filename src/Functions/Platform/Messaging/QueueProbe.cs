using Azure.Messaging.ServiceBus;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>A queue, or a subscription of a topic.</summary>
/// <param name="Subscription">The subscription's name; null for a queue.</param>
public sealed record QueueEntity(string Path, string? Subscription)
{
    /// <summary>Gets the name shown to people.</summary>
    public string Name => Subscription is null ? Path : $"{Path}/{Subscription}";
}

/// <summary>Counts messages by peeking, which needs only the right to receive.</summary>
public sealed class QueueProbe(QueueReceivers receivers)
{
    public const int CountedTo = 1_000;

    private const int Page = 100;
    private static readonly QueueEntity Inbound = new(InboundQueue.Name, null);

    /// <summary>Gets every queue and subscription of the topology.</summary>
    public static IReadOnlyList<QueueEntity> Entities { get; } =
        [Inbound, new(FunnelTopic.Name, "to-sales"), new(FunnelTopic.Name, "to-marketing"), new(FunnelTopic.Name, "alerts")];

    /// <summary>Counts active messages and dead letters. A timeout returns the count so
    /// far, marked as capped.</summary>
    public async Task<QueueHealth> CountAsync(QueueEntity entity, CancellationToken cancellationToken)
    {
        var active = await CountAsync(entity, SubQueue.None, cancellationToken);
        var dead = await CountAsync(entity, SubQueue.DeadLetter, cancellationToken);
        return new(entity.Name, active.Count, dead.Count, active.Capped || dead.Capped);
    }

    /// <summary>Returns since when the oldest active message waits in the inbound queue; null when none does.</summary>
    public async Task<DateTimeOffset?> OldestInboundAsync(CancellationToken cancellationToken)
    {
        var oldest = await receivers.Of(Inbound, SubQueue.None).PeekMessagesAsync(Page, 0, cancellationToken);
        return oldest.Where(message => message.State == ServiceBusMessageState.Active)
            .Select(message => (DateTimeOffset?)message.EnqueuedTime)
            .Min();
    }

    private async Task<(int Count, bool Capped)> CountAsync(QueueEntity entity, SubQueue part, CancellationToken cancellationToken)
    {
        var receiver = receivers.Of(entity, part);
        var (seen, active) = (0, 0);
        long next = 0;
        try
        {
            while (seen < CountedTo)
            {
                var page = await receiver.PeekMessagesAsync(Page, next, cancellationToken);
                if (page.Count == 0)
                {
                    return (active, false);
                }

                seen += page.Count;
                active += page.Count(message => message.State == ServiceBusMessageState.Active);
                next = page[^1].SequenceNumber + 1;
            }
        }
        catch (OperationCanceledException) when (seen > 0)
        {
            return (active, true);
        }

        return (active, true);
    }
}
