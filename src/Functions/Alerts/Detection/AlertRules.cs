using System.Collections.Immutable;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Outages;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Detection;

/// <summary>What is to be done about something that waits to be told.</summary>
public abstract record AlertCourse
{
    private AlertCourse()
    {
    }

    /// <summary>Nothing, and it waits no longer: it was told before, or the hub no longer knows it.</summary>
    public sealed record Leave : AlertCourse;

    /// <summary>It is not told, and that is its fate.</summary>
    /// <param name="Fate">Suppressed or snoozed.</param>
    /// <param name="Why">Why, without personal data.</param>
    public sealed record End(AlertOutcome Fate, string Why) : AlertCourse;

    /// <summary>It is not told before a connector works again.</summary>
    /// <param name="Connector">The connector that is down.</param>
    /// <param name="Why">Why, without personal data.</param>
    public sealed record Inhibit(string Connector, string Why) : AlertCourse;

    /// <summary>It is to be told.</summary>
    /// <param name="Alert">The alert.</param>
    /// <param name="State">The lead as it is now.</param>
    /// <param name="Journey">Its journey.</param>
    public sealed record Tell(Alert Alert, JourneyState State, Journey Journey) : AlertCourse;
}

/// <summary>Whether an alert still holds for an audience, and what its fate is. Pure.</summary>
public static class AlertRules
{
    /// <summary>Of the fates an alert has for several audiences, the first of these is the alert's own.</summary>
    private static readonly ImmutableArray<AlertOutcome> ByWeight =
        [AlertOutcome.Failed, AlertOutcome.Sent, AlertOutcome.Grouped, AlertOutcome.Held, AlertOutcome.Inhibited, AlertOutcome.Snoozed, AlertOutcome.Suppressed, AlertOutcome.Pending];

    /// <summary>Decides what becomes of a waiting entry against the lead's current state.</summary>
    /// <param name="state">The lead; null when the hub no longer knows it.</param>
    /// <param name="entry">What waits.</param>
    /// <param name="down">The connectors that are down, and why.</param>
    /// <param name="teams">Who has recipients.</param>
    /// <param name="settings">How the funnel is run.</param>
    /// <param name="now">The present instant.</param>
    public static AlertCourse Decide(
        JourneyState? state, MailboxEntry entry, IReadOnlyDictionary<string, string> down, TeamsSettings teams, FunnelSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(down);
        if (state is null || Find(state.Ledger, entry.AlertId) is not { } alert)
        {
            return new AlertCourse.Leave();
        }

        return entry.Kind == MailboxKind.Resolved
            ? ToldOf(state.Ledger, alert).Contains(entry.RecipientGroup) && FoldOf(state, settings) is { Erased: false } moved ? new AlertCourse.Tell(alert, state, moved) : new AlertCourse.Leave()
            : OutcomeFor(alert, entry.RecipientGroup) is { } outcome && IsFinal(outcome.Fate) ? new AlertCourse.Leave()
            : DecideStalled(state, alert, entry, down, teams, settings, now);
    }

    /// <summary>Who was told of what an alert is about, or of what else was over by then in the same stay, and not yet that it is over.</summary>
    public static IReadOnlyList<RecipientGroup> ToldOf(JourneyLedger ledger, Alert alert)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return
        [
            .. ledger.Alerts.Where(other => IsOverWith(other, alert))
                .SelectMany(other => other.Outcomes)
                .Where(outcome => outcome is { Fate: AlertOutcome.Sent or AlertOutcome.Grouped, ResolutionTold: false })
                .Select(outcome => outcome.RecipientGroup)
                .Distinct()
                .Select(RecipientGroup.Parse),
        ];
    }

    /// <summary>Whether an audience was told that a limit is reached when that was over: the mail was on its way by then, and the end is to be told too.</summary>
    public static bool IsToldTooLate(JourneyState state, MailboxEntry entry, FunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(entry);
        return Find(state.Ledger, entry.AlertId) is { Level: >= StallRules.AtLimit } alert
            && ToldOf(state.Ledger, alert).Contains(entry.RecipientGroup)
            && FoldOf(state, settings) is { Erased: false } journey
            && !StallRules.Holds(alert, journey, state.Ledger);
    }

    /// <summary>Whether nothing more becomes of an alert that has this fate.</summary>
    public static bool IsFinal(AlertOutcome fate) => fate is not (AlertOutcome.Pending or AlertOutcome.Held or AlertOutcome.Inhibited);

    /// <summary>What became of an alert for an audience; null while nothing has.</summary>
    public static RecipientOutcome? OutcomeFor(Alert alert, RecipientGroup recipientGroup)
    {
        ArgumentNullException.ThrowIfNull(alert);
        ArgumentNullException.ThrowIfNull(recipientGroup);
        return alert.Outcomes.FirstOrDefault(outcome => outcome.RecipientGroup == recipientGroup.ToString());
    }

    /// <summary>The ledger with what became of an alert for an audience; the same ledger where it says so already.</summary>
    public static JourneyLedger Settle(JourneyLedger ledger, string alertId, RecipientGroup recipientGroup, AlertOutcome fate, string? why, DateTimeOffset now) =>
        Change(ledger, alertId, alert => OutcomeFor(alert, recipientGroup) is { } known && (known.Fate, known.Reason) == (fate, why)
            ? alert
            : WithOutcome(alert, new RecipientOutcome(recipientGroup.ToString(), fate, why, now), now));

    /// <summary>The ledger with the note that an audience knows that the stay an alert is about is over.</summary>
    public static JourneyLedger SettleResolved(JourneyLedger ledger, string alertId, RecipientGroup recipientGroup)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return Find(ledger, alertId) is { } told && ToldOf(ledger, told).Contains(recipientGroup)
            ? ledger with { Alerts = [.. ledger.Alerts.Select(alert => IsOverWith(alert, told) ? WithResolution(alert, recipientGroup) : alert)] }
            : ledger;
    }

    private static AlertCourse DecideStalled(
        JourneyState state, Alert alert, MailboxEntry entry, IReadOnlyDictionary<string, string> down, TeamsSettings teams, FunnelSettings settings, DateTimeOffset now)
    {
        if (FoldOf(state, settings) is not { Erased: false } journey)
        {
            return new AlertCourse.End(AlertOutcome.Suppressed, state.Ledger.MergedInto is null ? "the person is erased" : "the lead was merged into another");
        }

        if (!StallRules.Holds(alert, journey, state.Ledger))
        {
            return new AlertCourse.End(AlertOutcome.Suppressed, "the lead has moved on");
        }

        if (entry.RecipientGroup.RecipientsIn(teams).Count == 0)
        {
            return new AlertCourse.End(AlertOutcome.Suppressed, NoRecipients(entry.RecipientGroup));
        }

        if (alert.Fate == AlertOutcome.Snoozed || SilenceRules.IsSilent(state.Ledger, alert, now))
        {
            return new AlertCourse.End(AlertOutcome.Snoozed, alert.FateReason ?? "somebody asked for silence");
        }

        if (Successor(alert, entry.RecipientGroup, journey, state.Ledger) is { } successor)
        {
            return new AlertCourse.End(AlertOutcome.Suppressed, $"level {successor.Level} says it");
        }

        return DependsOn(journey).FirstOrDefault(down.ContainsKey) is { } connector ? new AlertCourse.Inhibit(connector, down[connector]) : new AlertCourse.Tell(alert, state, journey);
    }

    /// <summary>Why an audience that has no addresses is not told.</summary>
    public static string NoRecipients(RecipientGroup recipientGroup)
    {
        ArgumentNullException.ThrowIfNull(recipientGroup);
        return $"{recipientGroup.Name} {(recipientGroup.Managers ? "have" : "has")} no recipients";
    }

    /// <summary>The connectors that a lead has records or deals in.</summary>
    private static IEnumerable<string> DependsOn(Journey journey) =>
        journey.Identities.Where(key => key.Kind != IdentityKind.Email).Select(key => key.Connector)
            .Concat(journey.Deals.Select(deal => deal.Connector))
            .Append(Outage.Inbound)
            .Distinct()
            .Order(StringComparer.Ordinal);

    /// <summary>The last alert on the same matter that was raised later and tells the same audience; null where there is none.</summary>
    private static Alert? Successor(Alert alert, RecipientGroup recipientGroup, Journey journey, JourneyLedger ledger) => ledger.Alerts.Skip(ledger.Alerts.IndexOf(alert) + 1).LastOrDefault(later =>
        (later.Kind, later.Stage, later.EnteredAt) == (alert.Kind, alert.Stage, alert.EnteredAt) && RecipientGroup.Of(later, journey.Owner, ledger).Contains(recipientGroup));

    private static Alert? Find(JourneyLedger ledger, string alertId) => ledger.Alerts.FirstOrDefault(alert => alert.Id == alertId);

    private static Journey? FoldOf(JourneyState state, FunnelSettings settings) =>
        state.Facts.IsEmpty || state.Ledger is not { MergedInto: null, ErasedAt: null } ? null : JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);

    private static JourneyLedger Change(JourneyLedger ledger, string alertId, Func<Alert, Alert> change)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return Find(ledger, alertId) is { } alert && change(alert) is var changed && !ReferenceEquals(alert, changed)
            ? ledger with { Alerts = ledger.Alerts.Replace(alert, changed) }
            : ledger;
    }

    /// <summary>Whether the end of what <paramref name="over"/> is about is the end of what an alert is about.</summary>
    private static bool IsOverWith(Alert alert, Alert over) =>
        (alert.Stage, alert.EnteredAt) == (over.Stage, over.EnteredAt) && (alert.Kind == over.Kind || alert.ResolvedAt is not null);

    private static Alert WithResolution(Alert alert, RecipientGroup recipientGroup) =>
        alert with { Outcomes = [.. alert.Outcomes.Select(outcome => outcome.RecipientGroup == recipientGroup.ToString() ? outcome with { ResolutionTold = true } : outcome)] };

    private static Alert WithOutcome(Alert alert, RecipientOutcome outcome, DateTimeOffset now)
    {
        ImmutableArray<RecipientOutcome> outcomes = [.. alert.Outcomes.Where(known => known.RecipientGroup != outcome.RecipientGroup), outcome];
        var decisive = outcomes.MinBy(each => ByWeight.IndexOf(each.Fate))!;
        return alert with { Outcomes = outcomes, Fate = decisive.Fate, FateReason = decisive.Reason, At = decisive.Fate == alert.Fate ? alert.At : now };
    }
}
