namespace IntegrationHub.Funnel;

/// <summary>When a lead has stood still too long, and what is to be said about it.</summary>
public static class StallRules
{
    /// <summary>The next instant at which something about this lead falls due that has not been said yet; null when nothing will without a new fact.</summary>
    public static DateTimeOffset? NextDue(Journey journey, JourneyLedger ledger, FunnelSettings settings) => throw new NotImplementedException();

    /// <summary>Looks at a lead at <paramref name="now"/> and raises every alert that is due and has not been raised: at exactly its limit a lead is stalled.</summary>
    public static StallDecision Decide(JourneyState state, FunnelSettings settings, DateTimeOffset now) => throw new NotImplementedException();
}

/// <summary>What a look at a lead came to.</summary>
/// <param name="State">The state to keep: the ledger holds the alerts.</param>
/// <param name="Journey">The journey as it is.</param>
/// <param name="Events">What is to be published; empty when nothing was due.</param>
/// <param name="NextDue">When to look again; null for never.</param>
public sealed record StallDecision(JourneyState State, Journey Journey, IReadOnlyList<FunnelEvent> Events, DateTimeOffset? NextDue);
