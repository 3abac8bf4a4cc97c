using Azure;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>A lead as it stands in the table, or as this process last left it there.</summary>
/// <param name="State">What is known.</param>
/// <param name="ETag">The version of the journey row; null for a lead that is not stored yet.</param>
/// <param name="Unpublished">Events in the outbox that are not known to be on the bus, oldest first.</param>
/// <param name="Published">Ids of events that are on the bus and whose outbox rows go with the next commit.</param>
public sealed record JourneyRecord(JourneyState State, ETag? ETag, IReadOnlyList<FunnelEvent> Unpublished, IReadOnlyList<string> Published)
{
    /// <summary>A lead of which nothing is stored.</summary>
    public static JourneyRecord New(LeadId leadId) => new(JourneyState.New(leadId), null, [], []);
}
