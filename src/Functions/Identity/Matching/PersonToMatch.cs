using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Matching;

/// <summary>What an event says of whom it is about.</summary>
/// <param name="Connector">The tool that says it.</param>
/// <param name="HubLeadId">The lead, where the tool's record names it; null otherwise.</param>
/// <param name="Records">The person's records, those that were merged too.</param>
/// <param name="Addresses">The addresses that the event names.</param>
/// <param name="Held">Those of them that the person has now.</param>
/// <param name="Gone">The records that are no more once the event has happened.</param>
/// <param name="Because">The fact to keep where leads turn out to be one.</param>
/// <param name="Now">The present time.</param>
/// <param name="Lookups">What the delivery has asked of keys so far.</param>
/// <param name="Again">Whether an earlier attempt may have come half-way.</param>
public sealed record PersonToMatch(
    string Connector,
    LeadId? HubLeadId,
    IReadOnlyList<IdentityKey> Records,
    IReadOnlyList<IdentityKey> Addresses,
    IReadOnlyList<IdentityKey> Held,
    IReadOnlyList<IdentityKey> Gone,
    LeadsMerged Because,
    DateTimeOffset Now,
    KeyLookups Lookups,
    bool Again)
{
    /// <summary>Gets all keys, records first.</summary>
    public IReadOnlyList<IdentityKey> Keys => [.. Records, .. Addresses];
}
