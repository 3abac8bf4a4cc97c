namespace IntegrationHub.Funnel;

/// <summary>The keys in facts.</summary>
public static class FactKeys
{
    /// <summary>Returns all keys in facts: records, addresses, deals.</summary>
    public static IReadOnlyList<IdentityKey> Of(IEnumerable<Fact> facts) =>
        [.. facts.SelectMany(fact => fact switch
        {
            IdentitiesLinked { Keys.IsDefault: false } linked => linked.Keys,
            DealChanged deal => [IdentityKey.Deal(deal.Connector, deal.DealId)],
            RecordDeleted deleted => [deleted.Record],
            FactsSummed summed => summed.Keys,
            _ => Enumerable.Empty<IdentityKey>(),
        }).Distinct()];
}
