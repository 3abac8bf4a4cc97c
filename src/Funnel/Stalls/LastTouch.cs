namespace IntegrationHub.Funnel;

/// <summary>The last time that the person, or a team, did something about a lead.</summary>
/// <param name="At">When, in UTC.</param>
/// <param name="What">What it was: "sent a form of Webinar 2026"; null when unknown.</param>
public sealed record LastTouch(DateTimeOffset At, string? What)
{
    private const int LongestWhat = 80;

    /// <summary>Returns the last touch among a lead's facts; null when there was none.</summary>
    public static LastTouch? Of(Journey journey, IEnumerable<Fact> facts)
    {
        Fact[] all = [.. facts];
        var touches = CampaignRules.TouchesOf(all).Select(touch => Make(touch, HandoffBrief.Describe(touch)));
        var work = SummingRules.Individually(all)
            .SelectMany(fact => Describe(fact) is { } what ? [Make(fact, what)] : Array.Empty<LastTouch>());
        var summed = journey.LastActivityAt is { } at ? new[] { new LastTouch(at, null) } : [];
        return touches.Concat(work).Concat(summed)
            .OrderByDescending(touch => touch.At)
            .ThenBy(touch => touch.What is null)
            .ThenBy(touch => touch.What, StringComparer.Ordinal)
            .FirstOrDefault();
    }

    private static LastTouch Make(Fact fact, string what) => new(fact.OccurredAt.ToUniversalTime(), OneLine.Of(what, LongestWhat));

    /// <summary>Returns what somebody did; null for facts that only state something.</summary>
    private static string? Describe(Fact fact) => fact switch
    {
        ActivityLogged => "call, meeting or note",
        ActivityBooked { DueAt: null, DueOn: null } => "appointment closed",
        ActivityBooked => "appointment made",
        HandoffAccepted => "taken up",
        HandoffReturned => "given back",
        QuestionAsked => "asked a question",
        DealChanged { Side: ToolSide.Crm } => "deal changed",
        _ => null,
    };
}
