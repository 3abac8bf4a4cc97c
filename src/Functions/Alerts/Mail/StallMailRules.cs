using System.Globalization;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Mail;

/// <summary>Decides what a mail about a stalled lead says. Pure, and the same however often it is asked: ages are those at the alert, not at the sending.</summary>
public static class StallMailRules
{
    private const int LongestName = 60;
    private const int LongestStage = 30;

    /// <summary>The mail for one team.</summary>
    /// <param name="alert">The alert, as it was raised.</param>
    /// <param name="journey">The lead as it is now.</param>
    /// <param name="team">Who reads it.</param>
    /// <param name="link">Where the record is.</param>
    /// <param name="settings">How the funnel is run.</param>
    public static StallMail For(Alert alert, Journey journey, string team, Uri link, FunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(alert);
        ArgumentNullException.ThrowIfNull(journey);
        ArgumentNullException.ThrowIfNull(settings);
        var stage = settings.Stages[alert.Stage];
        var stageName = OneLine.Of(stage.Name, LongestStage) ?? alert.Stage.ToString();
        var calendar = settings.CalendarOf(journey.Owner);
        var zone = settings.CalendarOf(team).TimeZone;

        // At the due time the clock showed exactly the limit, pauses left out; a limit that was taken out of the settings since is counted from the entry.
        var limit = (alert.Kind == AlertKind.HandoffNotAccepted ? stage.AcceptWithin : stage.StallAfter) ?? calendar.Between(alert.EnteredAt, alert.DueAt);
        var company = OneLine.Of(journey.Profile.Company, LongestName);
        var optedOut = journey.EmailConsent == ConsentState.OptedOut;
        return new StallMail
        {
            Who = OneLine.Of($"{journey.Profile.FirstName} {journey.Profile.LastName}", LongestName) ?? company ?? "A lead without a name",
            Company = company,
            Stage = stageName,
            Since = Instant(alert.EnteredAt, zone),
            Problem = alert.Kind == AlertKind.HandoffNotAccepted ? $"waited in {stageName} to be taken up for" : $"stood on {stageName} for",
            Age = WorkingTime.Spell(limit + calendar.Between(alert.DueAt, alert.At), calendar),
            Limit = WorkingTime.Spell(limit, calendar),
            Owner = journey.Owner,
            LastTouch = journey.LastActivityAt is { } touched ? Instant(touched, zone) : "none known",
            Value = Worth(journey.Deals),
            Action = ActionOf(alert.Kind, team, journey.Owner, optedOut),
            OptedOut = optedOut,
            Link = link,
        };
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

    /// <summary>By the reader's clock.</summary>
    private static string Instant(DateTimeOffset instant, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(instant, zone).ToString("d MMM yyyy HH:mm 'UTC'zzz", CultureInfo.InvariantCulture);
}
