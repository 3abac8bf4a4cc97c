using System.Globalization;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>Decides the content of a mail about a stalled lead. Pure and repeatable: ages are those at the
/// alert, not at the sending.</summary>
internal static class StallMailRules
{
    private const int LongestName = 60;
    private const int LongestStage = 30;

    private const int LongestReason = 100;

    /// <summary>Makes the mail for a recipient group.</summary>
    /// <param name="alert">The raised alert.</param>
    /// <param name="journey">The current journey.</param>
    public static StallMail For(
        Alert alert, Journey journey, JourneyLedger ledger, RecipientGroup recipientGroup, MailLinks links, FunnelSettings settings)
    {
        var stageName = StageName(alert.Stage, settings);
        var calendar = settings.CalendarOf(journey.Owner);
        var zone = settings.CalendarOf(recipientGroup.Team).TimeZone;

        // A limit that is no longer configured is counted from the entry.
        var (configured, problem) = alert.Kind switch
        {
            AlertKind.HandoffNotAccepted => (settings.AcceptWithin(alert.Stage, journey), $"waited in {stageName} to be taken up for"),
            AlertKind.StageOverdue => (settings.StallAfter(journey), $"stood on {stageName} for"),
            _ => throw new InvalidOperationException($"Unknown kind of alert {alert.Kind}."),
        };
        var limit = configured ?? calendar.Between(alert.EnteredAt, alert.DueAt);
        var company = OneLine.Of(journey.Profile.Company, LongestName);
        var optedOut = journey.EmailConsent == ConsentState.OptedOut;
        return new StallMail
        {
            Who = NameOf(journey) ?? company ?? "A lead without a name",
            Company = company,
            Stage = stageName,
            Since = Instant(alert.EnteredAt, zone),
            Problem = problem,
            Age = WorkingTime.Spell(
                (limit * ShareAtDue(alert, settings.Alerts)) + calendar.Between(alert.DueAt, alert.RaisedAt ?? alert.At), calendar),
            Limit = WorkingTime.Spell(limit, calendar),
            Owner = journey.Owner,
            LastTouch = journey.LastActivityAt is { } touched ? Instant(touched, zone) : "none known",
            Value = Worth(journey.Deals),
            Action = recipientGroup.Managers
                ? ActionOfManagers(recipientGroup.Team, journey.Owner)
                : ActionOf(alert.Kind, recipientGroup.Team, journey.Owner, optedOut),
            Silence = ledger.Silences.LastOrDefault(silence =>
                (silence.Stage, silence.EnteredAt) == (alert.Stage, alert.EnteredAt)) is { } silence
                ? Describe(silence, zone) : null,
            OptedOut = optedOut,
            Link = links.Record,
            AcknowledgeLink = links.Acknowledge,
            SnoozeLink = links.Snooze,
        };
    }

    /// <summary>Makes the line about a lead that moved on.</summary>
    public static MovedOnLine MovedOn(Alert alert, Journey journey, FunnelSettings settings)
    {
        var moved = (alert.Stage, alert.EnteredAt) != (journey.Stage, journey.EnteredAt);
        return new(
            OneLine.Of(journey.Profile.Company, LongestName) ?? NameOf(journey) ?? "A lead without a name",
            journey.Gone ? "is in no tool any more"
                : moved ? $"is on {StageName(journey.Stage, settings)} now"
                : $"was taken up or given back by {journey.Owner}");
    }

    /// <summary>Describes a silence in the reader's time zone: who, until when, and why.</summary>
    public static string Describe(Silence silence, TimeZoneInfo zone)
    {
        var what = silence.Kind == SilenceKind.Acknowledged ? "acknowledged" : "put off";
        var why = OneLine.Of(silence.Reason, LongestReason) is { } reason ? $": {reason}" : "";
        return $"{what} by {silence.Team} until {Instant(silence.Until, zone)}{why}";
    }

    /// <summary>Returns a stage's display name for one line.</summary>
    public static string StageName(FunnelStage stage, FunnelSettings settings) =>
        OneLine.Of(settings.Stages[stage].Name, LongestStage) ?? stage.ToString();

    /// <summary>Returns a team's next action. It differs between the owner and other teams, and never asks to
    /// contact a person who opted out.</summary>
    public static string ActionOf(AlertKind kind, string team, string owner, bool optedOut) => (kind, Owns: team == owner, optedOut) switch
    {
        (AlertKind.HandoffNotAccepted, true, false) => "take it up today, or return it with a reason",
        (AlertKind.HandoffNotAccepted, true, true) => "set an owner today, or return it with a reason",
        (AlertKind.HandoffNotAccepted, false, false) => $"ask {owner} what they miss in the handoff",
        (AlertKind.StageOverdue, true, false) when team == Team.Sales => "call today, or book the next step",
        (AlertKind.StageOverdue, true, false) => "send the next offer today, or close it",
        (AlertKind.StageOverdue, true, true) => "close it, or record why it stays open",
        (AlertKind.StageOverdue, false, false) => $"tell {owner} what the lead last asked for",
        (_, false, true) => $"settle with {owner} whether to close it",
        _ => throw new InvalidOperationException($"Unknown kind of alert {kind}."),
    };

    /// <summary>Returns the managers' action, which is never to contact the person.</summary>
    private static string ActionOfManagers(string team, string owner) =>
        team == owner ? $"decide who in {owner} takes it on, or close it" : $"settle with the managers of {owner} what holds it up";

    private static string? NameOf(Journey journey) => OneLine.Of($"{journey.Profile.FirstName} {journey.Profile.LastName}", LongestName);

    /// <summary>Returns the share of the limit at which a level was due, without pauses. A reminder is due
    /// with the limit itself.</summary>
    private static double ShareAtDue(Alert alert, AlertPolicy policy) => (alert.ReminderNumber, alert.Level) switch
    {
        (0, StallRules.HeadsUp) => policy.HeadsUpAt ?? 1,
        (0, StallRules.Escalation) => policy.EscalateAt ?? 1,
        _ => 1,
    };

    /// <summary>Returns the open deals' amounts, summed for each currency.</summary>
    private static string Worth(IEnumerable<Deal> deals)
    {
        var sums = deals
            .Where(deal => deal is { Status: DealStatus.Open, Amount: not null })
            .GroupBy(deal => OneLine.Of(deal.Currency, 3) ?? "", deal => deal.Amount!.Value)
            .OrderBy(sum => sum.Key, StringComparer.Ordinal)
            .Select(sum => $"{sum.Key} {sum.Sum().ToString("#,0.##", CultureInfo.InvariantCulture)}".Trim())
            .ToList();
        return sums.Count == 0 ? "no open deal with an amount" : string.Join(" + ", sums.Take(3)) + (sums.Count > 3 ? " and more" : "");
    }

    /// <summary>Formats an instant in the reader's time zone.</summary>
    public static string Instant(DateTimeOffset instant, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(instant, zone).ToString("d MMM yyyy HH:mm 'UTC'zzz", CultureInfo.InvariantCulture);
}
