using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Somebody else saved the journey since it was loaded. Load it again and decide again.</summary>
public sealed class StaleJourneyException(LeadId leadId, Exception inner)
    : Exception($"Journey {leadId} changed while it was being decided. Load it again and decide again.", inner)
{
    /// <summary>Gets whose journey.</summary>
    public LeadId LeadId { get; } = leadId;
}
