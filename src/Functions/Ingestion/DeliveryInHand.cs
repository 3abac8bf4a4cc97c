using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Journeys;

namespace IntegrationHub.Functions.Ingestion;

/// <summary>A delivery that is being worked on.</summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="MessageId">The message that brought it.</param>
/// <param name="Lookups">What it has asked of keys so far.</param>
/// <param name="Again">Whether an earlier attempt may have come half-way.</param>
public sealed record DeliveryInHand(Delivery Delivery, string MessageId, KeyLookups Lookups, bool Again)
{
    /// <summary>Gets the connector that it came by.</summary>
    public string Connector => Delivery.Connector;
}
