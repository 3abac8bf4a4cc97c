using System.Collections.Concurrent;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Ingestion;

/// <summary>A delivery in progress.</summary>
/// <param name="MessageId">The message that brought it.</param>
/// <param name="Lookups">The keys looked up so far.</param>
/// <param name="Again">Whether an earlier attempt may have been interrupted.</param>
internal sealed record DeliveryInHand(Delivery Delivery, string MessageId, KeyLookups Lookups, bool Again)
{
    /// <summary>Gets the delivery's connector.</summary>
    public string Connector => Delivery.Connector;

    /// <summary>Gets the erased keys that its events name, also beside others, such as on a deal.</summary>
    public ConcurrentBag<IdentityKey> Erased { get; } = [];

    /// <summary>Gets why the delivery is to be parked; none when all of it was processed.</summary>
    public ConcurrentBag<ParkedFault> Faults { get; } = [];

    /// <summary>Gets the keys of the events that were dropped because their person is erased.</summary>
    public ConcurrentBag<IdentityKey> ErasedKeys { get; } = [];

    /// <summary>Gets the erased leads that accepted no facts.</summary>
    public ConcurrentBag<LeadId> ErasedLeads { get; } = [];
}
