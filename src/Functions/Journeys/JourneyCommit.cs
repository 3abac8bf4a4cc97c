using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>What is to be committed of a lead.</summary>
/// <param name="State">The state to keep.</param>
/// <param name="Journey">The journey of that state; null for a lead without facts.</param>
/// <param name="NewFacts">The facts that are new or have changed.</param>
/// <param name="Events">What is to be published.</param>
/// <param name="NextDue">When the lead is next to be looked at; null for never.</param>
public sealed record JourneyCommit(JourneyState State, Journey? Journey, IReadOnlyList<Fact> NewFacts, IReadOnlyList<FunnelEvent> Events, DateTimeOffset? NextDue)
{
    /// <summary>The commit that a decision asks for.</summary>
    internal static JourneyCommit Of(JourneyDecision decision) => new(decision.State, decision.Journey, decision.NewFacts, decision.Events, decision.NextDue);
}
