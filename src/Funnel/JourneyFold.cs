namespace IntegrationHub.Funnel;

/// <summary>Makes a journey of a set of facts. Pure: order and repetition of the facts change nothing.</summary>
public static class JourneyFold
{
    /// <summary>Folds the facts of one lead. An empty set is a lead nobody has spoken of: it has no journey.</summary>
    /// <exception cref="ArgumentException"><paramref name="facts"/> is empty.</exception>
    public static Journey Fold(LeadId leadId, IEnumerable<Fact> facts, FunnelSettings settings) => throw new NotImplementedException();
}
