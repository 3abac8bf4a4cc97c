using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>The state of routing beside the lead.</summary>
/// <param name="LastInTurn">The owner of the last turn, by <see cref="HandoffRoutingRules.RoundRobinOf"/>.</param>
/// <param name="Open">The handoffs of each owner that are neither accepted nor given back.</param>
public sealed record RoundRobinBoard(ImmutableDictionary<string, string> LastInTurn, ImmutableDictionary<string, int> Open)
{
    /// <summary>The board before any handoff.</summary>
    public static readonly RoundRobinBoard Empty = new(ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, int>.Empty);

    public int OpenOf(HandoffOwner owner) => Open.GetValueOrDefault(owner.Name);

    public bool IsFull(HandoffOwner owner) => OpenOf(owner) >= owner.Capacity;
}
