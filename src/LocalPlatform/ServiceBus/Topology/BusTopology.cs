using IntegrationHub.LocalPlatform.ServiceBus.Filters;

using IntegrationHub.LocalPlatform.ServiceBus.Engine;

namespace IntegrationHub.LocalPlatform.ServiceBus.Topology;

/// <summary>The entities of a broker.</summary>
internal sealed class BusTopology(IReadOnlyList<QueueTopology> queues, IReadOnlyList<TopicTopology> topics)
{
    private readonly Dictionary<string, TopicTopology> _topics = topics.ToDictionary(topic => topic.Path, StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _queues = new(queues.Select(queue => queue.Path), StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _sources = new(
        queues.Concat(topics.SelectMany(topic => topic.Subscriptions.Select(subscription => subscription.Queue)))
            .SelectMany(queue => new[] { queue.Path, EntityPath.OfDeadLetters(queue.Path) }),
        StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<QueueTopology> Queues => queues;

    public IReadOnlyList<TopicTopology> Topics => topics;

    /// <summary>Answers the numbers of the subscriptions that get a copy of a message to <paramref name="path"/>; none for a queue.</summary>
    /// <exception cref="BusException">There is neither a queue nor a topic of that name.</exception>
    public IReadOnlyList<int> Route(string path, MessageFields message) => _topics.TryGetValue(path, out var topic)
        ? topic.Route(message)
        : _queues.Contains(path) ? [] : throw NotFound(path);

    /// <exception cref="BusException">Nothing can be received from <paramref name="path"/>.</exception>
    public void RequireSource(string path)
    {
        if (!_sources.Contains(path))
        {
            throw NotFound(path);
        }
    }

    private static BusException NotFound(string path) =>
        new($"The messaging entity '{path}' could not be found.", BusFault.MessagingEntityNotFound, path);
}

/// <summary>What a queue and a subscription have in common.</summary>
internal sealed record QueueTopology(
    string Path,
    TimeSpan LockDuration,
    int MaxDeliveryCount,
    TimeSpan TimeToLive,
    bool DeadLetterOnExpiration,
    TimeSpan? DuplicateWindow);

internal sealed record TopicTopology(string Path, TimeSpan TimeToLive, TimeSpan? DuplicateWindow, IReadOnlyList<SubscriptionTopology> Subscriptions)
{
    /// <summary>Answers the numbers of the subscriptions that get a copy.</summary>
    public IReadOnlyList<int> Route(MessageFields message) =>
        [.. Enumerable.Range(0, Subscriptions.Count).Where(number => Subscriptions[number].Takes(message))];
}

/// <summary>A subscription gets one copy of what any of its filters matches; without filters it gets everything.</summary>
internal sealed record SubscriptionTopology(QueueTopology Queue, IReadOnlyList<IMessageFilter> Filters)
{
    public bool Takes(MessageFields message) => Filters.Count == 0 || Filters.Any(filter => filter.Matches(message));
}
