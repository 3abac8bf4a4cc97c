using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>A store with rows about single leads. Erasing a person calls every one of them.</summary>
public interface IErasable
{
    /// <summary>Removes everything about a lead. Idempotent.</summary>
    Task EraseAsync(LeadId leadId, CancellationToken cancellationToken);
}
