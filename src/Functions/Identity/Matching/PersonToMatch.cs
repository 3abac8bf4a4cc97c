using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Matching;

/// <summary>The person of an event.</summary>
/// <param name="Connector">The tool that sent the event.</param>
/// <param name="HubLeadId">The lead that the tool's record names; null for none.</param>
/// <param name="Records">The person's records, including merged ones.</param>
/// <param name="Addresses">The addresses in the event.</param>
/// <param name="Held">The addresses that the person has at present.</param>
/// <param name="Gone">The records that the event deletes or merges.</param>
/// <param name="Because">The fact to store when leads are merged.</param>
/// <param name="Lookups">The key lookups of this delivery.</param>
/// <param name="Again">Whether an earlier attempt may have linked some of the keys.</param>
internal sealed record PersonToMatch(
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
