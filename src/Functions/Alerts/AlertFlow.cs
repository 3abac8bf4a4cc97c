using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Settings;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Alerts;

/// <summary>Puts what is to be told into the mailboxes of those it concerns. What becomes of it there is decided when it is told.</summary>
public sealed partial class AlertFlow(JourneyFlow journeys, MailboxStore mailboxes, FunnelSettings settings, TeamsSettings teams, TimeProvider clock, ILogger<AlertFlow> logger)
{
    /// <summary>Takes up what an event announces. A repeat puts nothing in twice, and nothing that was told.</summary>
    public async Task TakeAsync(FunnelEvent announced, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(announced);
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

        await (announced is StallResolved ? TakeResolvedAsync(alert, state, cancellationToken) : TakeStalledAsync(alert, state, cancellationToken));
    }

    private async Task TakeStalledAsync(Alert alert, JourneyState state, CancellationToken cancellationToken)
    {
        var owner = state.Facts.IsEmpty ? settings.OwnerOf(alert.Stage) : JourneyFold.Fold(state.LeadId, state.Facts.Values, settings).Owner;
        var concerned = Audience.Of(alert, owner, state.Ledger);
        var reachable = concerned.Where(audience => audience.RecipientsIn(teams).Count > 0).ToList();
        foreach (var audience in reachable.Where(audience => AlertRules.OutcomeFor(alert, audience) is not { } outcome || !AlertRules.IsFinal(outcome.Fate)))
        {
            await PutAsync(alert, state.LeadId, audience, MailboxKind.Stalled, cancellationToken);
        }

        if (reachable.Count == 0)
        {
            var why = string.Join("; ", concerned.Select(AlertRules.NoRecipients));
            Log.Nobody(logger, alert.Id, why);
            await journeys.SettleAsync(state.LeadId, ledger => AlertRules.Settle(ledger, alert.Id, concerned[0], AlertFate.Suppressed, why, clock.GetUtcNow()), cancellationToken);
        }
    }

    /// <summary>Only who was told that the lead stands still hears that it has moved on.</summary>
    private async Task TakeResolvedAsync(Alert alert, JourneyState state, CancellationToken cancellationToken)
    {
        foreach (var audience in AlertRules.ToldOf(state.Ledger, alert))
        {
            await PutAsync(alert, state.LeadId, audience, MailboxKind.Resolved, cancellationToken);
        }
    }

    private Task PutAsync(Alert alert, LeadId leadId, Audience audience, MailboxKind kind, CancellationToken cancellationToken) => mailboxes.PutAsync(
        new() { Audience = audience, LeadId = leadId, AlertId = alert.Id, Kind = kind, PutAt = clock.GetUtcNow() }, cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Event {EventId} tells of an alert that is no longer known.")]
        public static partial void NotKnown(ILogger logger, string eventId);

        [LoggerMessage(2, LogLevel.Information, "Alert {AlertId} is told to nobody: {Why}. See the settings Teams:*:Recipients and Teams:*:Managers.")]
        public static partial void Nobody(ILogger logger, string alertId, string why);
    }
}
