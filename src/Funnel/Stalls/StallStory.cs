namespace IntegrationHub.Funnel;

/// <summary>What happened before a lead stalled, the most telling first.</summary>
public enum StallCause
{
    /// <summary>Nothing that changes the next step.</summary>
    Nothing,

    /// <summary>The receiving team's tool does not have the handoff.</summary>
    NotDelivered,

    /// <summary>Sales gave the lead back.</summary>
    GivenBack,

    /// <summary>The last open deal was lost.</summary>
    DealLost,

    /// <summary>The receiving team gave the lead back before, and has it again.</summary>
    HandedOverAgain,

    /// <summary>A booked activity is over, and nobody closed it.</summary>
    ActivityOver,

    /// <summary>A deal is open.</summary>
    DealOpen,
}

/// <summary>What happened before a lead stalled, as far as people need it for the next step. Personal data: never log it.</summary>
public sealed record StallStory
{
    /// <summary>A question that is older than this when the lead stalls is not repeated.</summary>
    private static readonly TimeSpan QuestionsCountFor = TimeSpan.FromDays(30);

    public StallCause Cause { get; init; }

    /// <summary>Gets the words that the tool has for the cause; null for none.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets when it was, or was to be; null when that says nothing.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Gets the last question of the person; null for none of late.</summary>
    public string? Question { get; init; }

    /// <summary>Gets the last touch; null when there was none.</summary>
    public LastTouch? LastTouch { get; init; }

    /// <summary>Reads the story of an alert from the lead's present state.</summary>
    public static StallStory Of(Alert alert, Journey journey, JourneyLedger ledger, IReadOnlyCollection<Fact> facts) =>
        Before(alert, journey, ledger, facts) with
        {
            Question = LastQuestion(facts, (alert.RaisedAt ?? alert.At) - QuestionsCountFor),
            LastTouch = LastTouch.Of(journey, facts),
        };

    private static StallStory Before(Alert alert, Journey journey, JourneyLedger ledger, IReadOnlyCollection<Fact> facts)
    {
        var stay = journey.Entries[^1];
        if (alert.Kind == AlertKind.HandoffNotAccepted && HandoffBefore(alert, ledger) is { } before)
        {
            return before;
        }

        return stay.Rule switch
        {
            StagePolicy.ReturnedBySales =>
                new() { Cause = StallCause.GivenBack, Reason = ReasonOf(stay, ledger, facts), At = stay.EnteredAt },
            StagePolicy.LostLastDeal => new() { Cause = StallCause.DealLost, Reason = LostReason(journey), At = stay.EnteredAt },
            _ when alert.Kind == AlertKind.HandoffNotAccepted => new(),
            _ when journey.NextActivityAt is { } booked && booked <= (alert.RaisedAt ?? alert.At) =>
                new() { Cause = StallCause.ActivityOver, At = booked },
            _ when journey.Deals.Any(deal => deal.Status == DealStatus.Open) => new() { Cause = StallCause.DealOpen },
            _ => new(),
        };
    }

    /// <summary>Returns what happened to the handoff itself; null for nothing.</summary>
    private static StallStory? HandoffBefore(Alert alert, JourneyLedger ledger)
    {
        var handoff = ledger.Handoffs.LastOrDefault(handoff => (handoff.Stage, handoff.EnteredAt) == (alert.Stage, alert.EnteredAt));

        // Marketing's tool knows the person already: only the stage is written there.
        return handoff is null ? null
            : handoff is { To: not Team.Marketing, Delivery: HandoffDelivery.Pending or HandoffDelivery.Failed }
                ? new() { Cause = StallCause.NotDelivered }
            : ledger.Handoffs.LastOrDefault(other =>
                other.Id != handoff.Id && other.To == handoff.To && other.ReturnedReason is not null) is { } earlier
                ? new() { Cause = StallCause.HandedOverAgain, Reason = earlier.ReturnedReason }
                : null;
    }

    /// <summary>Returns why sales gave the lead back. The ledger keeps it when the fact is summed up.</summary>
    private static string? ReasonOf(StageEntry stay, JourneyLedger ledger, IEnumerable<Fact> facts) =>
        SummingRules.Individually(facts).OfType<HandoffReturned>().FirstOrDefault(fact => fact.DedupeKey == stay.FactKey)?.Reason
            ?? ledger.Handoffs.LastOrDefault(handoff => handoff.ReturnedReason is not null)?.ReturnedReason;

    private static string? LostReason(Journey journey) =>
        journey.Deals.Where(deal => deal.Status == DealStatus.Lost).MaxBy(deal => deal.StatusSince)?.LostReason;

    private static string? LastQuestion(IEnumerable<Fact> facts, DateTimeOffset since) => SummingRules.Individually(facts)
        .OfType<QuestionAsked>()
        .Where(question => question.OccurredAt >= since)
        .OrderBy(question => question.OccurredAt)
        .ThenBy(question => question.DedupeKey, StringComparer.Ordinal)
        .LastOrDefault()?.Text;
}
