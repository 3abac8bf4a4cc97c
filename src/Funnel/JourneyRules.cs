namespace IntegrationHub.Funnel;

/// <summary>Moves one lead by what arrived: the whole decision, as a pure function.</summary>
public static class JourneyRules
{
    /// <summary>Adds the arriving facts, folds, and decides every effect. Facts already there change nothing.</summary>
    public static JourneyDecision Decide(JourneyState state, IEnumerable<Fact> arriving, FunnelSettings settings, DateTimeOffset now) => throw new NotImplementedException();
}

/// <summary>What arriving facts came to.</summary>
/// <param name="State">The state to keep.</param>
/// <param name="Journey">The journey as it is now.</param>
/// <param name="NewFacts">The facts that were not there before, to be stored.</param>
/// <param name="Events">What is to be published, in order.</param>
/// <param name="NextDue">When the lead is next to be looked at for a stall; null for never.</param>
public sealed record JourneyDecision(JourneyState State, Journey Journey, IReadOnlyList<Fact> NewFacts, IReadOnlyList<FunnelEvent> Events, DateTimeOffset? NextDue)
{
    /// <summary>Gets a value indicating whether there is anything to save.</summary>
    public bool Changed => NewFacts.Count > 0;
}
