using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Another writer saved the journey since it was loaded. Load it and decide again.</summary>
internal sealed class StaleJourneyException(LeadId leadId, Exception inner)
    : Exception($"Journey {leadId} changed while it was being decided. Load it again and decide again.", inner)
{
    public LeadId LeadId { get; } = leadId;
}
