using IntegrationHub.LocalPlatform.ServiceBus.Messages;
using IntegrationHub.LocalPlatform.ServiceBus.Rules;
using IntegrationHub.LocalPlatform.ServiceBus.Topology;

namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>
/// Decides which subscriptions get a copy of a message. Any thread may ask it, so that rules are evaluated before a
/// message reaches the broker's thread; that thread alone changes rules.
/// </summary>
internal sealed class MessageRouter
{
    private readonly Dictionary<string, SubscriptionRules[]> _topics = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, SubscriptionRules> _subscriptions = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _queues;

    public MessageRouter(BusTopology topology)
    {
        _queues = topology.Queues.Select(static queue => queue.Path).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var topic in topology.Topics)
        {
            foreach (var subscription in topic.Subscriptions)
            {
                _subscriptions.Add(subscription.Queue.Path, new([.. subscription.Rules]));
            }

            _topics.Add(topic.Path, [.. topic.Subscriptions.Select(subscription => _subscriptions[subscription.Queue.Path])]);
        }
    }

    /// <exception cref="BusException">Nothing can be sent to the path.</exception>
    public void RequireTarget(string path)
    {
        if (!_queues.Contains(path) && !_topics.ContainsKey(path))
        {
            throw NotFound(path);
        }
    }

    /// <summary>Returns the copies that the subscriptions of a topic get; none for a queue.</summary>
    public IReadOnlyList<MessageCopy> Route(string path, MessageFields fields, byte[] content)
    {
        if (!_topics.TryGetValue(path, out var subscriptions))
        {
            return [];
        }

        var copies = new List<MessageCopy>();
        for (var number = 0; number < subscriptions.Length; number++)
        {
            AddCopies(copies, number, subscriptions[number].Current, fields, content);
        }

        return copies;
    }

    /// <exception cref="BusException">The path is not a subscription.</exception>
    public IReadOnlyList<Rule> Rules(string path) => Find(path).Current;

    /// <exception cref="BusException">The path is not a subscription.</exception>
    public void SetRules(string path, Rule[] rules) => Find(path).Current = rules;

    private static BusException NotFound(string path) => new(BusError.EntityNotFound, $"The messaging entity '{path}' could not be found.");

    /// <summary>
    /// Rules without an action are alternatives for one copy; each rule with an action makes a copy of its own.
    /// </summary>
    private static void AddCopies(List<MessageCopy> copies, int subscription, Rule[] rules, MessageFields fields, byte[] content)
    {
        var isCopied = false;
        foreach (var rule in rules)
        {
            if ((rule.Action is null && isCopied) || !rule.Matches(fields))
            {
                continue;
            }

            if (rule.Action is null)
            {
                isCopied = true;
                copies.Add(new(subscription, fields.SessionId, content));
            }
            else
            {
                var changed = rule.Action.Apply(content);
                copies.Add(new(subscription, new MessageFields(changed).SessionId, changed));
            }
        }
    }

    private SubscriptionRules Find(string path) => _subscriptions.TryGetValue(path, out var rules) ? rules : throw NotFound(path);

    private sealed class SubscriptionRules(Rule[] rules)
    {
        private Rule[] _current = rules;

        public Rule[] Current
        {
            get => Volatile.Read(ref _current);
            set => Volatile.Write(ref _current, value);
        }
    }
}
