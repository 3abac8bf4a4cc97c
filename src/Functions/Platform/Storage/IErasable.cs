using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>A store that keeps rows about single leads beside the journey. Every one of them is asked when a person is erased.</summary>
public interface IErasable
{
    /// <summary>Removes everything the store has about a lead. Removing what is gone is fine.</summary>
    Task EraseAsync(LeadId leadId, CancellationToken cancellationToken);
}
