using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>The keys in facts.</summary>
internal static class FactKeys
{
    /// <summary>Returns all keys in facts: records, addresses, deals.</summary>
    public static IReadOnlyList<IdentityKey> Of(IEnumerable<Fact> facts) =>
        [.. facts.SelectMany(fact => fact switch
        {
            IdentitiesLinked { Keys.IsDefault: false } linked => linked.Keys,
            DealChanged deal => [IdentityKey.Deal(deal.Connector, deal.DealId)],
            RecordDeleted deleted => [deleted.Record],
            _ => Enumerable.Empty<IdentityKey>(),
        }).Distinct()];
}
