using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool whose deliveries and poll answers the hub reads.</summary>
public interface IDeliveryReader : IConnector
{
    /// <summary>Reads an accepted delivery into distinct events, in order of appearance. Pure.</summary>
    /// <exception cref="UnreadableDeliveryException">It cannot be read.</exception>
    IReadOnlyList<SourceEvent> Read(Delivery delivery);
}
