using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>
/// What is stored of a new lead together with its first facts. The first commit adds the lead without reading it before.
/// </summary>
/// <param name="Records">The records that the lead is met under.</param>
/// <param name="Links">Their places.</param>
public sealed record LeadOpening(IReadOnlyList<IdentityKey> Records, IReadOnlyList<RecordLink> Links)
{
    /// <summary>What two events of one delivery say of the same new lead.</summary>
    public static LeadOpening? Join(LeadOpening? one, LeadOpening? other) =>
        one is null || other is null
            ? one ?? other
            : new([.. one.Records.Union(other.Records)], [.. one.Links.Union(other.Links)]);
}
