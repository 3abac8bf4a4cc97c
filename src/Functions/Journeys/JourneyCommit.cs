using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>The changes to commit to a lead.</summary>
/// <param name="State">The state to save.</param>
/// <param name="Journey">The journey of that state; null for a lead without facts.</param>
/// <param name="NewFacts">The new and the changed facts.</param>
/// <param name="Events">The events to publish.</param>
/// <param name="NextDue">When the lead is due for its next check; null for never.</param>
internal sealed record JourneyCommit(
    JourneyState State, Journey? Journey, IReadOnlyList<Fact> NewFacts, IReadOnlyList<FunnelEvent> Events, DateTimeOffset? NextDue)
{
    /// <summary>Returns the commit of a decision.</summary>
    internal static JourneyCommit Of(JourneyDecision decision) =>
        new(decision.State, decision.Journey, decision.NewFacts, decision.Events, decision.NextDue);
}
