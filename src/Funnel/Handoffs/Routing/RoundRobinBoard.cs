using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>What routing has to know beside the lead: whose turn it was, and how many handoffs wait for whom.</summary>
/// <param name="LastInTurn">Who had the last turn, by rota (<see cref="HandoffRoutingRules.RoundRobinOf"/>).</param>
/// <param name="Open">How many handoffs have been given to an owner and are neither taken up nor given back, by owner.</param>
public sealed record RoundRobinBoard(ImmutableDictionary<string, string> LastInTurn, ImmutableDictionary<string, int> Open)
{
    /// <summary>A board on which nothing has happened yet.</summary>
    public static readonly RoundRobinBoard Empty = new(ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, int>.Empty);

    /// <summary>How many handoffs wait for an owner.</summary>
    public int OpenOf(HandoffOwner owner) => Open.GetValueOrDefault(owner.Name);

    /// <summary>Whether an owner has as many as they may have.</summary>
    public bool IsFull(HandoffOwner owner) => OpenOf(owner) >= owner.Capacity;
}
