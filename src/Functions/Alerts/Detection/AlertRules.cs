using System.Collections.Immutable;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Outages;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Detection;

/// <summary>The decision about a mailbox entry.</summary>
internal abstract record AlertCourse
{
    private AlertCourse()
    {
    }

    /// <summary>It was sent before, or is no longer known: remove it.</summary>
    public sealed record Leave : AlertCourse;

    /// <summary>It is not sent, with its final outcome.</summary>
    /// <param name="Fate">Suppressed or snoozed.</param>
    /// <param name="Why">The reason, without personal data.</param>
    public sealed record End(AlertOutcome Fate, string Why) : AlertCourse;

    /// <summary>It waits until a connector works again.</summary>
    /// <param name="Connector">The connector that is down.</param>
    /// <param name="Why">The reason, without personal data.</param>
    public sealed record Inhibit(string Connector, string Why) : AlertCourse;

    /// <summary>Send it.</summary>
    public sealed record Tell(Alert Alert, JourneyState State, Journey Journey) : AlertCourse;
}

/// <summary>Decides whether an alert still holds for a recipient group, and its outcome. Pure.</summary>
internal static class AlertRules
{
    /// <summary>The outcomes by weight: the first one that any recipient group has is the alert's own.</summary>
    private static readonly ImmutableArray<AlertOutcome> ByWeight =
        [
            AlertOutcome.Failed,
            AlertOutcome.Sent,
            AlertOutcome.Grouped,
            AlertOutcome.Held,
            AlertOutcome.Inhibited,
            AlertOutcome.Snoozed,
            AlertOutcome.Suppressed,
            AlertOutcome.Pending,
        ];

    /// <summary>Decides about a mailbox entry by the lead's current state.</summary>
    /// <param name="state">The lead; null when the hub no longer knows it.</param>
    /// <param name="down">The connectors that are down, with reasons.</param>
    public static AlertCourse Decide(
        JourneyState? state, MailboxEntry entry, IReadOnlyDictionary<string, string> down, TeamsSettings teams, FunnelSettings settings,
        DateTimeOffset now)
    {
        if (state is null || Find(state.Ledger, entry.AlertId) is not { } alert)
        {
            return new AlertCourse.Leave();
        }

        return entry.Kind == MailboxKind.Resolved
            ? NotifiedOf(state.Ledger, alert).Contains(entry.RecipientGroup) && FoldOf(state, settings) is { Erased: false } moved
            ? new AlertCourse.Tell(alert, state, moved)
            : new AlertCourse.Leave()
            : OutcomeFor(alert, entry.RecipientGroup) is { } outcome && IsFinal(outcome.Fate) ? new AlertCourse.Leave()
            : DecideStalled(state, alert, entry, down, teams, settings, now);
    }

    /// <summary>Returns the groups that were notified of an alert's stay and not yet of its end.</summary>
    public static IReadOnlyList<RecipientGroup> NotifiedOf(JourneyLedger ledger, Alert alert)
    {
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

    /// <summary>Whether a group was notified after the stay had ended, so that the end must be reported too.</summary>
    public static bool IsNotifiedTooLate(JourneyState state, MailboxEntry entry, FunnelSettings settings) =>
        Find(state.Ledger, entry.AlertId) is { Level: >= StallRules.AtLimit } alert
            && NotifiedOf(state.Ledger, alert).Contains(entry.RecipientGroup)
            && FoldOf(state, settings) is { Erased: false } journey
            && !StallRules.Holds(alert, journey, state.Ledger);

    /// <summary>Whether an outcome is final.</summary>
    public static bool IsFinal(AlertOutcome fate) => fate is not (AlertOutcome.Pending or AlertOutcome.Held or AlertOutcome.Inhibited);

    /// <summary>Returns the outcome for a recipient group; null for none.</summary>
    public static RecipientOutcome? OutcomeFor(Alert alert, RecipientGroup recipientGroup) =>
        alert.Outcomes.FirstOrDefault(outcome => outcome.RecipientGroup == recipientGroup.ToString());

    /// <summary>Returns the ledger with a group's outcome; the same ledger when unchanged.</summary>
    public static JourneyLedger Settle(
        JourneyLedger ledger, string alertId, RecipientGroup recipientGroup, AlertOutcome fate, string? why, DateTimeOffset now) =>
        Change(ledger, alertId, alert => OutcomeFor(alert, recipientGroup) is { } known && (known.Fate, known.Reason) == (fate, why)
            ? alert
            : WithOutcome(alert, new RecipientOutcome(recipientGroup.ToString(), fate, why, now), now));

    /// <summary>Returns the ledger with the note that a group was notified of the end.</summary>
    public static JourneyLedger SettleResolved(JourneyLedger ledger, string alertId, RecipientGroup recipientGroup) =>
        Find(ledger, alertId) is { } sent && NotifiedOf(ledger, sent).Contains(recipientGroup)
            ? ledger with
            {
                Alerts = [.. ledger.Alerts.Select(alert => IsOverWith(alert, sent) ? WithResolution(alert, recipientGroup) : alert)],
            }
            : ledger;

    private static AlertCourse DecideStalled(
        JourneyState state, Alert alert, MailboxEntry entry, IReadOnlyDictionary<string, string> down, TeamsSettings teams,
        FunnelSettings settings, DateTimeOffset now)
    {
        if (FoldOf(state, settings) is not { Erased: false } journey)
        {
            return new AlertCourse.End(
                AlertOutcome.Suppressed, state.Ledger.MergedInto is null ? "the person is erased" : "the lead was merged into another");
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

        return DependsOn(journey).FirstOrDefault(down.ContainsKey) is { } connector
            ? new AlertCourse.Inhibit(connector, down[connector])
            : new AlertCourse.Tell(alert, state, journey);
    }

    /// <summary>Returns why a group without addresses is not notified.</summary>
    public static string NoRecipients(RecipientGroup recipientGroup) =>
        $"{recipientGroup.Name} {(recipientGroup.Managers ? "have" : "has")} no recipients";

    /// <summary>Returns the connectors in which a lead has records or deals.</summary>
    private static IEnumerable<string> DependsOn(Journey journey) =>
        journey.Identities.Where(key => key.Kind != IdentityKind.Email).Select(key => key.Connector)
            .Concat(journey.Deals.Select(deal => deal.Connector))
            .Append(Outage.Inbound)
            .Distinct()
            .Order(StringComparer.Ordinal);

    /// <summary>Returns the latest later alert on the same stay for the same group; null for none.</summary>
    private static Alert? Successor(Alert alert, RecipientGroup recipientGroup, Journey journey, JourneyLedger ledger) =>
        ledger.Alerts.Skip(ledger.Alerts.IndexOf(alert) + 1).LastOrDefault(later =>
        (later.Kind, later.Stage, later.EnteredAt) == (alert.Kind, alert.Stage, alert.EnteredAt)
            && RecipientGroup.Of(later, journey.Owner, ledger).Contains(recipientGroup));

    private static Alert? Find(JourneyLedger ledger, string alertId) => ledger.Alerts.FirstOrDefault(alert => alert.Id == alertId);

    private static Journey? FoldOf(JourneyState state, FunnelSettings settings) =>
        state.Facts.IsEmpty || state.Ledger is not { MergedInto: null, ErasedAt: null }
            ? null : JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);

    private static JourneyLedger Change(JourneyLedger ledger, string alertId, Func<Alert, Alert> change) =>
        Find(ledger, alertId) is { } alert && change(alert) is var changed && !ReferenceEquals(alert, changed)
            ? ledger with { Alerts = ledger.Alerts.Replace(alert, changed) }
            : ledger;

    /// <summary>Whether the end of <paramref name="over"/> also ends the other alert's stay.</summary>
    private static bool IsOverWith(Alert alert, Alert over) =>
        (alert.Stage, alert.EnteredAt) == (over.Stage, over.EnteredAt) && (alert.Kind == over.Kind || alert.ResolvedAt is not null);

    private static Alert WithResolution(Alert alert, RecipientGroup recipientGroup) =>
        alert with
        {
            Outcomes =
            [
                .. alert.Outcomes.Select(outcome =>
                    outcome.RecipientGroup == recipientGroup.ToString() ? outcome with { ResolutionTold = true } : outcome),
            ],
        };

    private static Alert WithOutcome(Alert alert, RecipientOutcome outcome, DateTimeOffset now)
    {
        ImmutableArray<RecipientOutcome> outcomes =
        [
            .. alert.Outcomes.Where(known => known.RecipientGroup != outcome.RecipientGroup),
            outcome,
        ];
        var decisive = outcomes.MinBy(each => ByWeight.IndexOf(each.Fate))!;
        return alert with
        {
            Outcomes = outcomes,
            Fate = decisive.Fate,
            FateReason = decisive.Reason,
            At = decisive.Fate == alert.Fate ? alert.At : now,
        };
    }
}
