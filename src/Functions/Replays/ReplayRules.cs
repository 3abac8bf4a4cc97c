using System.Collections.Immutable;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Replays;

/// <summary>Decides which facts a replay replaces. Pure.</summary>
internal static class ReplayRules
{
    /// <summary>Whether a fact came from a delivery of the range, so that the replay says it again. Merges stay: a replay
    /// cannot tell two merged leads apart.</summary>
    public static bool IsReplaced(Fact fact, ReplayRange range) =>
        fact is { MessageId: not null } and not LeadsMerged && range.Holds(fact.Connector, fact.ReceivedAt);

    /// <summary>Returns what a lead was known by before the range.</summary>
    public static ImmutableDictionary<string, Fact> Earlier(ImmutableDictionary<string, Fact> live, ReplayRange range) =>
        live.RemoveRange(live.Values.Where(fact => IsReplaced(fact, range)).Select(fact => fact.DedupeKey));

    /// <summary>Returns the facts of the range that the live lead has and the rebuilt one has not. What the rebuilt lead
    /// has summed up is not missing.</summary>
    public static IReadOnlyList<Fact> Removed(
        ImmutableDictionary<string, Fact> live, ImmutableDictionary<string, Fact> rebuilt, ReplayRange range) =>
        [.. live.Values.Where(fact =>
            IsReplaced(fact, range) && !rebuilt.ContainsKey(fact.DedupeKey) && !SummingRules.IsBefore(fact, SumsOf(rebuilt)))];

    /// <summary>Replaces the facts of the range. An echo of the hub's own write stays one: a replay does not know what the
    /// hub wrote. What the live lead has summed up stays as it is.</summary>
    /// <param name="removed">The facts to remove, of those that the rebuilt lead has not.</param>
    public static ImmutableDictionary<string, Fact> Replace(
        ImmutableDictionary<string, Fact> live, ImmutableDictionary<string, Fact> rebuilt, IEnumerable<Fact> removed, ReplayRange range)
    {
        var facts = live.RemoveRange(removed.Select(fact => fact.DedupeKey));
        var sums = SumsOf(live);
        foreach (var fact in rebuilt.Values.Where(fact => IsReplaced(fact, range) && !SummingRules.IsBefore(fact, sums)))
        {
            facts = !facts.TryGetValue(fact.DedupeKey, out var known) ? facts.Add(fact.DedupeKey, fact)
                : IsReplaced(known, range) && (fact with { Echoes = known.Echoes }) is var again && !again.Equals(known)
                    ? facts.SetItem(fact.DedupeKey, again)
                : facts;
        }

        return facts;
    }

    private static List<FactsSummed> SumsOf(ImmutableDictionary<string, Fact> facts) => [.. facts.Values.OfType<FactsSummed>()];
}
