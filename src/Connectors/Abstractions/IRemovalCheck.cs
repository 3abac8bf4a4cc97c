using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool that can be asked whether a person's record is gone. Its privacy deletions count only once it
/// confirms them, so that a forged one erases nobody.</summary>
public interface IRemovalCheck : IConnector
{
    /// <summary>Whether the tool no longer has the person's record.</summary>
    /// <exception cref="VendorUnavailableException">The vendor does not answer; ask again later.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses.</exception>
    Task<bool> IsRemovedAsync(IdentityKey person, CancellationToken cancellationToken);
}
