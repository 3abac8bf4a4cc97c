using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool that can be told to erase a person for good.</summary>
public interface IErasureTarget : IConnector
{
    /// <summary>Erases a person's record. It cannot be undone. Idempotent: a record that is gone counts as erased.</summary>
    /// <exception cref="VendorUnavailableException">The vendor does not answer; tell it again later.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses.</exception>
    Task ErasePersonAsync(IdentityKey person, CancellationToken cancellationToken);
}
