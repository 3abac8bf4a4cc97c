using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Alerts.Detection;

/// <summary>Puts alerts into the mailboxes of their recipient groups. Whether they are sent is
/// decided at the sending.</summary>
internal sealed partial class AlertFlow(
    JourneyFlow journeys, MailboxStore mailboxes, FunnelSettings settings, TeamsSettings teams, TimeProvider clock,
    ILogger<AlertFlow> logger)
{
    /// <summary>Handles an event. Idempotent.</summary>
    public async Task HandleAsync(FunnelEvent announced, CancellationToken cancellationToken)
    {
        var alertId = announced switch
        {
            LeadStalled stalled => stalled.AlertId,
            StallResolved resolved => resolved.AlertId,
            _ => null,
        };
        var state = await journeys.LoadAsync(announced, cancellationToken);
        if (state?.Ledger.Alerts.FirstOrDefault(alert => alert.Id == alertId) is not { } alert)
        {
            Log.NotKnown(logger, announced.Id);
            return;
        }

        await (announced is StallResolved
            ? PutResolvedAsync(alert, state, cancellationToken)
            : TakeStalledAsync(alert, state, cancellationToken));
    }

    private async Task TakeStalledAsync(Alert alert, JourneyState state, CancellationToken cancellationToken)
    {
        var owner = state.Facts.IsEmpty
            ? settings.OwnerOf(alert.Stage)
            : JourneyFold.Fold(state.LeadId, state.Facts.Values, settings).Owner;
        var concerned = RecipientGroup.Of(alert, owner, state.Ledger);
        var reachable = concerned.Where(recipientGroup => recipientGroup.RecipientsIn(teams).Count > 0).ToList();
        foreach (var recipientGroup in reachable.Where(
            recipientGroup => AlertRules.OutcomeFor(alert, recipientGroup) is not { } outcome || !AlertRules.IsFinal(outcome.Fate)))
        {
            await PutAsync(alert, state.LeadId, recipientGroup, MailboxKind.Stalled, cancellationToken);
        }

        if (reachable.Count == 0)
        {
            var why = string.Join("; ", concerned.Select(AlertRules.NoRecipients));
            Log.Nobody(logger, alert.Id, why);
            await journeys.SettleAsync(
                state.LeadId,
                ledger => AlertRules.Settle(ledger, alert.Id, concerned[0], AlertOutcome.Suppressed, why, clock.GetUtcNow()),
                cancellationToken);
        }
    }

    /// <summary>Puts the resolution into the mailboxes of those who were notified of the stall.</summary>
    private async Task PutResolvedAsync(Alert alert, JourneyState state, CancellationToken cancellationToken)
    {
        foreach (var recipientGroup in AlertRules.NotifiedOf(state.Ledger, alert))
        {
            await PutAsync(alert, state.LeadId, recipientGroup, MailboxKind.Resolved, cancellationToken);
        }
    }

    private Task PutAsync(
        Alert alert, LeadId leadId, RecipientGroup recipientGroup, MailboxKind kind, CancellationToken cancellationToken) =>
        mailboxes.PutAsync(
        new() { RecipientGroup = recipientGroup, LeadId = leadId, AlertId = alert.Id, Kind = kind, PutAt = clock.GetUtcNow() },
        cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Event {EventId} is about an alert that is no longer known.")]
        public static partial void NotKnown(ILogger logger, string eventId);

        [LoggerMessage(
            2, LogLevel.Information, "Alert {AlertId} has no recipients: {Why}. See the settings Teams:*:Recipients and Teams:*:Managers.")]
        public static partial void Nobody(ILogger logger, string alertId, string why);
    }
}
