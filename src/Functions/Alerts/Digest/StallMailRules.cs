using System.Globalization;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>Decides the content of a mail about a stalled lead. Pure and repeatable: ages are those at the
/// alert, not at the sending.</summary>
internal static class StallMailRules
{
    private const int LongestName = 50;
    private const int LongestStage = 30;
    private const int LongestOwner = 40;
    private const int LongestReason = 100;

    /// <summary>Makes the mail for a recipient group.</summary>
    /// <param name="alert">The raised alert.</param>
    /// <param name="journey">The current journey.</param>
    public static StallMail For(
        Alert alert, JourneyState state, Journey journey, RecipientGroup recipientGroup, MailLinks links, FunnelSettings settings)
    {
        var calendar = settings.CalendarOf(journey.Owner);
        var (age, limit) = (AgeOf(alert, journey, settings), LimitOf(alert, journey, settings));
        var company = OneLine.Of(journey.Profile.Company, LongestName);
        var story = StallStory.Of(alert, journey, state.Ledger, [.. state.Facts.Values]);
        var stage = StageName(alert.Stage, settings);
        return new StallMail
        {
            Who = NameOf(journey) ?? company ?? "A lead without a name",
            Company = company,
            What = alert.Kind == AlertKind.HandoffNotAccepted ? "Not taken up" : stage,
            Problem = alert.Kind == AlertKind.HandoffNotAccepted ? "has waited to be taken up for" : $"has been on {stage} for",
            AgeOfLimit = $"{WorkingTime.Spell(age, calendar)} of {WorkingTime.Spell(limit, calendar)}",
            Age = WorkingTime.Say(age, calendar),
            Limit = WorkingTime.Say(limit, calendar),
            Next = NextOf(alert, story, journey, recipientGroup),
            OptedOut = IsOptedOut(journey),
            Facts = [.. Facts(alert, story, state.Ledger, journey, ClockOf(recipientGroup, alert.RaisedAt ?? alert.At, settings))],
            Record = links.Record,
            Details = links.Details,
            AcknowledgeLink = links.Acknowledge,
            SnoozeLink = links.Snooze,
        };
    }

    /// <summary>Returns how long it had lasted at the alert, in working time of the lead's team.</summary>
    public static TimeSpan AgeOf(Alert alert, Journey journey, FunnelSettings settings) =>
        (LimitOf(alert, journey, settings) * ShareAtDue(alert, settings.Alerts))
        + settings.CalendarOf(journey.Owner).Between(alert.DueAt, alert.RaisedAt ?? alert.At);

    /// <summary>Returns the limit that was missed. Where the setting is gone, it is the time from the entry to the alert.</summary>
    public static TimeSpan LimitOf(Alert alert, Journey journey, FunnelSettings settings)
    {
        var configured = alert.Kind switch
        {
            AlertKind.HandoffNotAccepted => settings.AcceptWithin(alert.Stage, journey),
            AlertKind.StageOverdue => settings.StallAfter(journey),
            _ => throw new InvalidOperationException($"Unknown kind of alert {alert.Kind}."),
        };
        return configured ?? settings.CalendarOf(journey.Owner).Between(alert.EnteredAt, alert.DueAt);
    }

    /// <summary>Returns the clock of a recipient group.</summary>
    public static ReadersClock ClockOf(RecipientGroup recipientGroup, DateTimeOffset asOf, FunnelSettings settings) =>
        new(settings.CalendarOf(recipientGroup.Team).TimeZone, asOf);

    /// <summary>Returns the next step of a recipient group.</summary>
    public static NextStep NextOf(Alert alert, StallStory story, Journey journey, RecipientGroup recipientGroup) => recipientGroup.Managers
        ? NextStepRules.OfManagers(recipientGroup.Team, journey.Owner)
        : NextStepRules.Of(alert.Kind, story, recipientGroup.Team, journey.Owner, IsOptedOut(journey));

    /// <summary>Returns the team that has the lead, with the person when one is known by name.</summary>
    public static string OwnerOf(JourneyLedger ledger, Journey journey) =>
        ledger.Handoffs.LastOrDefault() is { } handoff
        && (handoff.Stage, handoff.EnteredAt) == (journey.Stage, journey.EnteredAt)
        && handoff.Assignments.LastOrDefault() is { KeptBy: null } given
        && OneLine.Of(given.Owner, LongestOwner) is { } person
            ? $"{journey.Owner} ({person})" : journey.Owner;

    /// <summary>Returns the last silence of the alert's stay; null for none.</summary>
    public static Silence? SilenceBefore(Alert alert, JourneyLedger ledger) =>
        ledger.Silences.LastOrDefault(silence => (silence.Stage, silence.EnteredAt) == (alert.Stage, alert.EnteredAt));

    /// <summary>Makes the line about a lead that moved on.</summary>
    public static MovedOnLine MovedOn(Alert alert, JourneyLedger ledger, Journey journey, FunnelSettings settings)
    {
        var moved = (alert.Stage, alert.EnteredAt) != (journey.Stage, journey.EnteredAt);
        return new(
            OneLine.Of(journey.Profile.Company, LongestName) ?? NameOf(journey) ?? "A lead without a name",
            journey.Gone ? "is in no tool any more"
                : GivenBackBy(alert, ledger) is { } team && (!moved || journey.Entries[^1].Rule == StagePolicy.ReturnedBySales)
                    ? $"was given back by {team}"
                : moved ? $"is on {StageName(journey.Stage, settings)} now"
                : $"was taken up by {journey.Owner}");
    }

    /// <summary>Describes a silence by the reader's clock: who, until when, and why.</summary>
    public static string Describe(Silence silence, ReadersClock clock)
    {
        var what = silence.Kind == SilenceKind.Acknowledged ? "said they are on it," : "put it off";
        var why = OneLine.Of(silence.Reason, LongestReason) is { } reason ? $": {reason}" : "";
        return $"{silence.Team} {what} until {clock.Spell(silence.Until)}{why}";
    }

    /// <summary>Returns a stage's display name for one line.</summary>
    public static string StageName(FunnelStage stage, FunnelSettings settings) =>
        OneLine.Of(settings.Stages[stage].Name, LongestStage) ?? stage.ToString();

    private static bool IsOptedOut(Journey journey) => journey.EmailConsent == ConsentState.OptedOut;

    private static string? GivenBackBy(Alert alert, JourneyLedger ledger) => ledger.Handoffs.FirstOrDefault(handoff =>
        (handoff.Stage, handoff.EnteredAt) == (alert.Stage, alert.EnteredAt) && handoff.ReturnedReason is not null)?.To;

    /// <summary>Returns what is known, each value only where there is one.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Facts(
        Alert alert, StallStory story, JourneyLedger ledger, Journey journey, ReadersClock clock)
    {
        (string Name, string? Value)[] facts =
        [
            (BeforeName(story.Cause), BeforeValue(story, clock)),
            ("They asked", Quote(story.Question)),
            ("Last touch", story.LastTouch is { } touch ? clock.Spell(touch) : null),
            ("With", OwnerOf(ledger, journey)),
            ("At stake", Worth(journey.Deals)),
            ("Before", SilenceBefore(alert, ledger) is { } silence ? Describe(silence, clock) : null),
        ];
        return facts.Where(fact => fact.Value is not null).Select(fact => KeyValuePair.Create(fact.Name, fact.Value!));
    }

    private static string BeforeName(StallCause cause) => cause switch
    {
        StallCause.DealLost => "Deal lost",
        StallCause.HandedOverAgain => "Given back before",
        StallCause.ActivityOver => "Booked for",
        _ => "Given back",
    };

    /// <summary>Returns what happened in the tool's words, else when; null when the next step says all.</summary>
    private static string? BeforeValue(StallStory story, ReadersClock clock) => story.Cause switch
    {
        StallCause.GivenBack or StallCause.DealLost or StallCause.HandedOverAgain or StallCause.ActivityOver =>
            Quote(story.Reason) ?? (story.At is { } at ? clock.Spell(at) : null),
        _ => null,
    };

    private static string? Quote(string? text) => OneLine.Of(text, LongestReason) is { } line ? $"“{line}”" : null;

    private static string? NameOf(Journey journey) => OneLine.Of($"{journey.Profile.FirstName} {journey.Profile.LastName}", LongestName);

    /// <summary>Returns the share of the limit at which a level was due, without pauses. A reminder is due
    /// with the limit itself.</summary>
    private static double ShareAtDue(Alert alert, AlertPolicy policy) => (alert.ReminderNumber, alert.Level) switch
    {
        (0, StallRules.HeadsUp) => policy.HeadsUpAt ?? 1,
        (0, StallRules.Escalation) => policy.EscalateAt ?? 1,
        _ => 1,
    };

    /// <summary>Returns the open deals' amounts, summed for each currency; null for none.</summary>
    private static string? Worth(IEnumerable<Deal> deals)
    {
        var sums = deals
            .Where(deal => deal is { Status: DealStatus.Open, Amount: not null })
            .GroupBy(deal => OneLine.Of(deal.Currency, 3) ?? "", deal => deal.Amount!.Value)
            .OrderBy(sum => sum.Key, StringComparer.Ordinal)
            .Select(sum => $"{sum.Key} {Money(sum.Sum())}".Trim())
            .ToList();
        return sums.Count == 0 ? null : string.Join(" + ", sums.Take(3)) + (sums.Count > 3 ? " and more" : "");
    }

    private static string Money(decimal amount) =>
        amount.ToString(decimal.IsInteger(amount) ? "#,0" : "#,0.00#", CultureInfo.InvariantCulture);
}

/// <summary>The clock of the team that reads.</summary>
/// <param name="AsOf">When it is read, as far as the year goes.</param>
public sealed record ReadersClock(TimeZoneInfo Zone, DateTimeOffset AsOf)
{
    public string Spell(DateTimeOffset instant) => LocalTime.Spell(instant, Zone, AsOf);

    public string Spell(LastTouch touch) => touch.What is null ? Spell(touch.At) : $"{Spell(touch.At)} ({touch.What})";
}
