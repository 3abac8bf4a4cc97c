using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>A change to what the hub has noted of a lead.</summary>
/// <param name="State">The state to keep. Facts that it has beyond the stored ones are stored with it.</param>
/// <param name="Events">What is to be published.</param>
/// <param name="NextDue">When the lead is next to be looked at; null: when the state itself says so (<see cref="StallRules.NextDue"/>).</param>
public sealed record JourneyUpdate(JourneyState State, IReadOnlyList<FunnelEvent> Events, DateTimeOffset? NextDue);
