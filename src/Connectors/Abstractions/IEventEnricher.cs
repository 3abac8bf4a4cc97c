using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool whose events carry ids only, and whose API has the rest.</summary>
public interface IEventEnricher : IConnector
{
    /// <summary>Fills in what the events lack (addresses, profiles, the people of a deal, a deal's present state), in as few calls as the vendor allows. Events that the vendor knows nothing more of come back as they were. Further events may come with them, such as an opt-out that the record shows.</summary>
    /// <exception cref="VendorUnavailableException">The vendor does not answer: try later.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses for good.</exception>
    Task<IReadOnlyList<SourceEvent>> EnrichAsync(IReadOnlyList<SourceEvent> events, CancellationToken cancellationToken);
}
