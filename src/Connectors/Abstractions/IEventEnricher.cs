using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool whose events carry ids only, and whose API has the rest.</summary>
public interface IEventEnricher : IConnector
{
    /// <summary>Adds what the events lack, such as addresses, profiles and a deal's people and state, in as few
    /// calls as possible. Events without further data stay unchanged. It may return further events, such as an
    /// opt-out of the record.</summary>
    /// <exception cref="VendorUnavailableException">The vendor does not answer; retry later.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses.</exception>
    Task<IReadOnlyList<SourceEvent>> EnrichAsync(IReadOnlyList<SourceEvent> events, CancellationToken cancellationToken);
}
