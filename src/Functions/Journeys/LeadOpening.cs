using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>What is stored with a new lead's first facts. The first commit adds the lead without reading it.</summary>
/// <param name="Records">The lead's first records.</param>
/// <param name="Links">The links of those records.</param>
internal sealed record LeadOpening(IReadOnlyList<IdentityKey> Records, IReadOnlyList<RecordLink> Links)
{
    /// <summary>Joins the openings of two events about the same new lead.</summary>
    public static LeadOpening? Join(LeadOpening? one, LeadOpening? other) =>
        one is null || other is null
            ? one ?? other : new([.. one.Records.Union(other.Records)], [.. one.Links.Union(other.Links)]);
}
