using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool that delivers. Poll answers of the same tool are read here too.</summary>
public interface IDeliveryReader : IConnector
{
    /// <summary>Reads an accepted delivery into events, each distinct event once, in order of appearance. Pure.</summary>
    /// <exception cref="UnreadableDeliveryException">It cannot be read.</exception>
    IReadOnlyList<SourceEvent> Read(Delivery delivery);
}
