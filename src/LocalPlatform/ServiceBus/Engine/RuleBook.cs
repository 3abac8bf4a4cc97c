using IntegrationHub.LocalPlatform.ServiceBus.Rules;
using IntegrationHub.LocalPlatform.ServiceBus.Topology;

namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>
/// The rules of the subscriptions. They are those of the topology file until a client changes them; then they are
/// stored, and hold until the file gives the subscription other rules than it did at that time.
/// </summary>
internal sealed class RuleBook(BusTopology topology, BrokerState state)
{
    private readonly Dictionary<string, SubscriptionTopology> _subscriptions = topology.Topics
        .SelectMany(static topic => topic.Subscriptions)
        .ToDictionary(static subscription => subscription.Queue.Path, StringComparer.OrdinalIgnoreCase);

    /// <summary>Loads the stored rules.</summary>
    public void Restore()
    {
        foreach (var (path, subscription) in _subscriptions)
        {
            var entity = state.Queue(path).Id;
            var isStored = state.Store.RulesOrigin(entity) == subscription.RulesText;
            state.Router.SetRules(path, [.. isStored ? state.Store.Rules(entity).Select(RuleCodec.Decode) : subscription.Rules]);
        }
    }

    public IReadOnlyList<Rule> Rules(string path) => state.Router.Rules(path);

    /// <exception cref="BusException">There is a rule of that name.</exception>
    public void Add(string path, Rule rule)
    {
        var rules = state.Router.Rules(path);
        if (rules.Any(other => IsNamed(other, rule.Name)))
        {
            throw new BusException(BusError.EntityAlreadyExists, $"The subscription '{path}' already has a rule '{rule.Name}'.");
        }

        Save(path, [.. rules, rule]);
    }

    /// <exception cref="BusException">There is no rule of that name.</exception>
    public void Remove(string path, string name)
    {
        var rules = state.Router.Rules(path);
        var rest = rules.Where(rule => !IsNamed(rule, name)).ToArray();
        if (rest.Length == rules.Count)
        {
            throw new BusException(BusError.EntityNotFound, $"The subscription '{path}' has no rule '{name}'.");
        }

        Save(path, rest);
    }

    private static bool IsNamed(Rule rule, string name) => rule.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    private void Save(string path, Rule[] rules)
    {
        var subscription = _subscriptions[path];
        state.Store.SaveRules(
            state.Queue(path).Id, subscription.RulesText, rules.Select(static rule => (rule.Name, RuleCodec.Encode(rule))));
        state.Router.SetRules(path, rules);
    }
}
