using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>What ended a stay on a stage.</summary>
public enum StayOutcome
{
    /// <summary>A later stage, or a new round from Referral or Repeat.</summary>
    WentOn,

    /// <summary>Sales gave the lead back.</summary>
    Returned,

    /// <summary>The last open deal was lost.</summary>
    Lost,

    /// <summary>Any other earlier stage.</summary>
    Back,

    /// <summary>Every record of the person was deleted.</summary>
    Gone,

    /// <summary>The person was erased.</summary>
    Erased,

    /// <summary>Nothing yet.</summary>
    Here,
}

/// <summary>A stay on a stage: one entry of a journey until the next.</summary>
/// <param name="LeftAt">When it ended; null while it lasts.</param>
/// <param name="To">The next stage; null while it lasts.</param>
internal sealed record Stay(
    FunnelStage Stage, DateTimeOffset EnteredAt, DateTimeOffset? LeftAt, FunnelStage? To, StayOutcome Outcome)
{
    /// <summary>Returns the stays of a journey, in order.</summary>
    public static ImmutableArray<Stay> Of(Journey journey) =>
    [
        .. journey.Entries.Select((entry, i) => i + 1 < journey.Entries.Length
            ? Ended(entry, journey.Entries[i + 1])
            : new(entry.Stage, entry.EnteredAt, null, null, journey.Gone ? StayOutcome.Gone : StayOutcome.Here)),
    ];

    private static Stay Ended(StageEntry entry, StageEntry next) =>
        new(entry.Stage, entry.EnteredAt, next.EnteredAt, next.Stage, OutcomeOf(entry, next));

    private static StayOutcome OutcomeOf(StageEntry entry, StageEntry next) => next.Rule switch
    {
        StagePolicy.NewRound => StayOutcome.WentOn,
        StagePolicy.ReturnedBySales => StayOutcome.Returned,
        StagePolicy.LostLastDeal => StayOutcome.Lost,
        _ => next.Stage > entry.Stage ? StayOutcome.WentOn : StayOutcome.Back,
    };
}
