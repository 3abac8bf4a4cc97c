using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>A change to what the hub has noted of a lead. When the lead is next to be looked at follows from the state (<see cref="StallRules.NextDue"/>).</summary>
/// <param name="State">The state to keep. Facts that it has beyond the stored ones are stored with it.</param>
/// <param name="Events">What is to be published.</param>
public sealed record JourneyChange(JourneyState State, IReadOnlyList<FunnelEvent> Events);
