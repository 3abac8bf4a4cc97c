using IntegrationHub.LocalPlatform.ServiceBus.Rules;

namespace IntegrationHub.LocalPlatform.ServiceBus.Topology;

/// <summary>The entities of a broker.</summary>
internal sealed record BusTopology(IReadOnlyList<QueueTopology> Queues, IReadOnlyList<TopicTopology> Topics);

/// <summary>
/// The properties that a queue and a subscription have in common. A subscription shares the bytes that its messages may
/// have with its topic.
/// </summary>
internal sealed record QueueTopology(
    string Path,
    TimeSpan LockDuration,
    int MaxDeliveryCount,
    TimeSpan TimeToLive,
    bool DeadLetterOnExpiration,
    bool RequiresSession,
    TimeSpan? DuplicateWindow,
    long MaxBytes);

internal sealed record TopicTopology(
    string Path,
    TimeSpan TimeToLive,
    TimeSpan? DuplicateWindow,
    long MaxBytes,
    IReadOnlyList<SubscriptionTopology> Subscriptions);

/// <summary>
/// A subscription with the rules that it has as long as no client changes them, and their text in the file, by which a
/// later change of the file is noticed.
/// </summary>
internal sealed record SubscriptionTopology(QueueTopology Queue, IReadOnlyList<Rule> Rules, string RulesText);
