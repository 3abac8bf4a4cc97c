using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>A store that keeps rows about single leads beside the journey. Every one of them is asked when a person is erased.</summary>
public interface ILeadRecords
{
    /// <summary>Removes everything the store has about a lead. Removing what is gone is fine.</summary>
    Task ForgetAsync(LeadId leadId, CancellationToken cancellationToken);
}
