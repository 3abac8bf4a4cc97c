using IntegrationHub.Functions.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts;

/// <summary>What is to be done about an alert that comes to be told.</summary>
public abstract record AlertCourse
{
    private AlertCourse()
    {
    }

    /// <summary>Nothing: it was told before, or the hub no longer knows it.</summary>
    /// <param name="Why">Why, for the log.</param>
    public sealed record Leave(string Why) : AlertCourse;

    /// <summary>It is overtaken: to be recorded as suppressed.</summary>
    /// <param name="Why">Why, for the log.</param>
    public sealed record Suppress(string Why) : AlertCourse;

    /// <summary>The teams are to be told.</summary>
    /// <param name="Alert">The alert.</param>
    /// <param name="Journey">The lead as it is now.</param>
    /// <param name="Link">Where its record is; null where no tool gave a link.</param>
    public sealed record Tell(Alert Alert, Journey Journey, Uri? Link) : AlertCourse;
}

/// <summary>Whether an alert still holds, and whom it concerns. Pure.</summary>
public static class AlertRules
{
    /// <summary>Looks at the alert with the eyes of now: one that has been settled stays so, one that the lead has left behind is not told.</summary>
    public static AlertCourse Decide(JourneyState? state, string alertId, FunnelSettings settings)
    {
        if (state is null || state.Facts.IsEmpty || state.Ledger.Alerts.FirstOrDefault(alert => alert.Id == alertId) is not { } alert)
        {
            return new AlertCourse.Leave("the lead or the alert is no longer known");
        }

        // A failed alert comes again only when somebody has replayed its dead letter.
        if (alert.Fate is not (AlertFate.Pending or AlertFate.Failed))
        {
            return new AlertCourse.Leave($"it was {alert.Fate} before");
        }

        var journey = JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);
        if (journey.Erased)
        {
            return new AlertCourse.Suppress("the person is erased");
        }

        return StallRules.Holds(alert, journey, state.Ledger) ? new AlertCourse.Tell(alert, journey, LinkOf(state.Ledger)) : new AlertCourse.Suppress("the lead has moved on");
    }

    /// <summary>The teams that are told: the stage's owner, marketing and sales, as far as they have recipients, ordered by name.</summary>
    public static IReadOnlyList<TeamSettings> TeamsToTell(string owner, TeamsSettings teams)
    {
        ArgumentNullException.ThrowIfNull(teams);
        return [.. new[] { owner, Team.Marketing, Team.Sales }.Distinct().Order(StringComparer.Ordinal).Select(team => teams[team]).Where(team => team.Recipients.Count > 0)];
    }

    /// <summary>The ledger with the alert's fate.</summary>
    public static JourneyLedger Settle(JourneyLedger ledger, string alertId, AlertFate fate, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return ledger with { Alerts = [.. ledger.Alerts.Select(alert => alert.Id == alertId && alert.Fate != fate ? alert with { Fate = fate, At = now } : alert)] };
    }

    /// <summary>The latest link a tool gave; only web addresses count.</summary>
    private static Uri? LinkOf(JourneyLedger ledger) => ledger.Handoffs
        .Reverse()
        .Select(handoff => Uri.TryCreate(handoff.RecordUrl, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" ? url : null)
        .FirstOrDefault(url => url is not null);
}
