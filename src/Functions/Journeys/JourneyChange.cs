using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>A change of the hub's own part of a lead. The next check follows from the state
/// (<see cref="StallRules.NextDue"/>).</summary>
/// <param name="State">The state to save, with any new facts.</param>
/// <param name="Events">The events to publish.</param>
internal sealed record JourneyChange(JourneyState State, IReadOnlyList<FunnelEvent> Events);
