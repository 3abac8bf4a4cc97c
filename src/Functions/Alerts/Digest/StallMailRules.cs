using System.Globalization;
using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>Decides what a mail about a stalled lead says. Pure, and the same however often it is asked: ages are those at the alert, not at the sending.</summary>
public static class StallMailRules
{
    private const int LongestName = 60;
    private const int LongestStage = 30;

    private const int LongestReason = 100;

    /// <summary>The mail for one audience.</summary>
    /// <param name="alert">The alert, as it was raised.</param>
    /// <param name="journey">The lead as it is now.</param>
    /// <param name="ledger">What the hub has done about it.</param>
    /// <param name="recipientGroup">Who reads it.</param>
    /// <param name="links">Where it leads.</param>
    /// <param name="settings">How the funnel is run.</param>
    public static StallMail For(Alert alert, Journey journey, JourneyLedger ledger, RecipientGroup recipientGroup, MailLinks links, FunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(alert);
        ArgumentNullException.ThrowIfNull(journey);
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(recipientGroup);
        ArgumentNullException.ThrowIfNull(links);
        ArgumentNullException.ThrowIfNull(settings);
        var stageName = StageName(alert.Stage, settings);
        var calendar = settings.CalendarOf(journey.Owner);
        var zone = settings.CalendarOf(recipientGroup.Team).TimeZone;

        // A limit that was taken out of the settings since is counted from the entry.
        var limit = (alert.Kind == AlertKind.HandoffNotAccepted ? settings.AcceptWithin(alert.Stage, journey) : settings.StallAfter(journey)) ?? calendar.Between(alert.EnteredAt, alert.DueAt);
        var company = OneLine.Of(journey.Profile.Company, LongestName);
        var optedOut = journey.EmailConsent == ConsentState.OptedOut;
        return new StallMail
        {
            Who = NameOf(journey) ?? company ?? "A lead without a name",
            Company = company,
            Stage = stageName,
            Since = Instant(alert.EnteredAt, zone),
            Problem = alert.Kind == AlertKind.HandoffNotAccepted ? $"waited in {stageName} to be taken up for" : $"stood on {stageName} for",
            Age = WorkingTime.Spell((limit * ShareAtDue(alert, settings.Alerts)) + calendar.Between(alert.DueAt, alert.RaisedAt ?? alert.At), calendar),
            Limit = WorkingTime.Spell(limit, calendar),
            Owner = journey.Owner,
            LastTouch = journey.LastActivityAt is { } touched ? Instant(touched, zone) : "none known",
            Value = Worth(journey.Deals),
            Action = recipientGroup.Managers ? ActionOfManagers(recipientGroup.Team, journey.Owner) : ActionOf(alert.Kind, recipientGroup.Team, journey.Owner, optedOut),
            Silence = ledger.Silences.LastOrDefault(silence => (silence.Stage, silence.EnteredAt) == (alert.Stage, alert.EnteredAt)) is { } silence ? Tell(silence, zone) : null,
            OptedOut = optedOut,
            Link = links.Record,
            AcknowledgeLink = links.Acknowledge,
            SnoozeLink = links.Snooze,
        };
    }

    /// <summary>The line about a lead that has moved on since its reader was told of it.</summary>
    public static MovedOnLine MovedOn(Alert alert, Journey journey, FunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(alert);
        ArgumentNullException.ThrowIfNull(journey);
        var moved = (alert.Stage, alert.EnteredAt) != (journey.Stage, journey.EnteredAt);
        return new(
            OneLine.Of(journey.Profile.Company, LongestName) ?? NameOf(journey) ?? "A lead without a name",
            journey.Gone ? "is in no tool any more" : moved ? $"is on {StageName(journey.Stage, settings)} now" : $"was taken up or given back by {journey.Owner}");
    }

    /// <summary>Who asked for silence, until when, and why: by the reader's clock.</summary>
    public static string Tell(Silence silence, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(silence);
        var what = silence.Kind == SilenceKind.Acknowledged ? "acknowledged" : "put off";
        var why = OneLine.Of(silence.Reason, LongestReason) is { } reason ? $": {reason}" : "";
        return $"{what} by {silence.Team} until {Instant(silence.Until, zone)}{why}";
    }

    /// <summary>A stage's name as people see it, fit for one line.</summary>
    public static string StageName(FunnelStage stage, FunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return OneLine.Of(settings.Stages[stage].Name, LongestStage) ?? stage.ToString();
    }

    /// <summary>What a team is to do; it differs between the owner and the others, and never asks anybody to reach a person who has opted out.</summary>
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

    /// <summary>What managers are to do: see to it that somebody does something. Never to reach the person.</summary>
    private static string ActionOfManagers(string team, string owner) => team == owner ? $"decide who in {owner} takes it on, or close it" : $"settle with the managers of {owner} what holds it up";

    private static string? NameOf(Journey journey) => OneLine.Of($"{journey.Profile.FirstName} {journey.Profile.LastName}", LongestName);

    /// <summary>What the clock showed when a level came due, as a share of the limit; pauses left out. A further round is due with the limit itself.</summary>
    private static double ShareAtDue(Alert alert, AlertPolicy policy) => (alert.ReminderNumber, alert.Level) switch
    {
        (0, StallRules.HeadsUp) => policy.HeadsUpAt ?? 1,
        (0, StallRules.Escalation) => policy.EscalateAt ?? 1,
        _ => 1,
    };

    /// <summary>The open deals' worth, a sum for each currency; currencies are never mixed.</summary>
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

    /// <summary>An instant by the reader's clock.</summary>
    public static string Instant(DateTimeOffset instant, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(instant, zone).ToString("d MMM yyyy HH:mm 'UTC'zzz", CultureInfo.InvariantCulture);
}
