namespace IntegrationHub.Funnel;

/// <summary>Folds a set of facts into a journey. Pure: order and repetition change nothing.</summary>
public static class JourneyFold
{
    /// <summary>Folds the facts of a lead.</summary>
    /// <exception cref="ArgumentException"><paramref name="facts"/> is empty.</exception>
    public static Journey Fold(LeadId leadId, IEnumerable<Fact> facts, FunnelSettings settings) =>
        FoldOrdered(leadId, FactOrder.Sort(facts, settings.SystemOfRecord), settings);

    /// <summary>Folds facts that <see cref="FactOrder.Sort"/> has sorted.</summary>
    /// <param name="trace">Collects the judgement of each fact in order; null for none.</param>
    internal static Journey FoldOrdered(LeadId leadId, Fact[] ordered, FunnelSettings settings, ICollection<FactJudgement>? trace = null) =>
        ordered.Length == 0
            ? throw new ArgumentException("A lead without a fact has no journey.", nameof(ordered))
            : LeadFold.Of(ordered, settings, trace).Journey(leadId);
}
