using IntegrationHub.Functions.Alerts.Mail;
using IntegrationHub.Functions.Inbound;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Ops;
using IntegrationHub.Functions.Settings;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Alerts;

/// <summary>Tells the teams of a stalled lead, one mail each, and records how the alert ended: load, decide, send, save.</summary>
public sealed partial class AlertFlow(
    JourneyFlow journeys,
    StallMailRenderer renderer,
    IMailSender mails,
    SentMailStore sent,
    ConnectorStateStore states,
    FunnelSettings settings,
    TeamsSettings teams,
    MailOptions mailOptions,
    HubOptions hub,
    TimeProvider clock,
    ILogger<AlertFlow> logger)
{
    /// <summary>Tells of what an event announces. A repeat tells nobody twice.</summary>
    /// <exception cref="MailUnavailableException">A mail could not be sent now: to be tried later.</exception>
    /// <exception cref="HopelessMessageException">The server refused a mail for good.</exception>
    public async Task TellAsync(FunnelEvent announced, CancellationToken cancellationToken)
    {
        if (announced is not LeadStalled stalled)
        {
            return;
        }

        var state = await journeys.LoadAsync(stalled.LeadId, cancellationToken);
        switch (AlertRules.Decide(state, stalled.AlertId, settings))
        {
            case AlertCourse.Leave leave:
                Log.NotTold(logger, stalled.AlertId, leave.Why);
                break;
            case AlertCourse.Suppress suppress:
                Log.NotTold(logger, stalled.AlertId, suppress.Why);
                await RecordAsync(stalled, AlertFate.Suppressed, cancellationToken);
                break;
            case AlertCourse.Tell tell:
                await TellTeamsAsync(stalled, tell, cancellationToken);
                break;
            case var other:
                throw new InvalidOperationException($"Unknown course {other}.");
        }
    }

    private async Task TellTeamsAsync(LeadStalled stalled, AlertCourse.Tell tell, CancellationToken cancellationToken)
    {
        var told = AlertRules.TeamsToTell(tell.Journey.Owner, teams);
        if (told.Count == 0)
        {
            Log.NotTold(logger, stalled.AlertId, "no team it concerns has recipients; see the settings Teams:*:Recipients");
            await RecordAsync(stalled, AlertFate.Suppressed, cancellationToken);
            return;
        }

        var refusals = new List<MailRefusedException>();
        foreach (var team in told)
        {
            try
            {
                await SendOnceAsync(stalled.LeadId, await WriteAsync(tell, team), cancellationToken);
            }
            catch (MailRefusedException refused)
            {
                refusals.Add(refused);
            }
        }

        await RecordAsync(stalled, refusals.Count == 0 ? AlertFate.Sent : AlertFate.Failed, cancellationToken);
        if (refusals is [var first, ..])
        {
            throw new HopelessMessageException("mail-refused", first.Message);
        }
    }

    private async Task<OutgoingMail> WriteAsync(AlertCourse.Tell tell, TeamSettings team)
    {
        var host = mailOptions.From[(mailOptions.From.LastIndexOf('@') + 1)..];
        var link = tell.Link ?? new Uri($"{hub.PublicUrl.AbsoluteUri.TrimEnd('/')}/api/leads/{tell.Journey.LeadId}");
        var mail = StallMailRules.For(tell.Alert, tell.Journey, team.Name, link, settings);
        return new OutgoingMail
        {
            MessageId = MailMessageIds.Of(tell.Alert, team.Name, host),
            ThreadId = MailMessageIds.ThreadOf(tell.Journey.LeadId, tell.Alert, host),
            Recipients = team.Recipients,
            Subject = mail.Subject,
            Text = StallMailText.Render(mail),
            Html = await renderer.RenderAsync(mail),
        };
    }

    private async Task SendOnceAsync(LeadId leadId, OutgoingMail mail, CancellationToken cancellationToken)
    {
        if (await sent.HasAsync(leadId, mail.MessageId, cancellationToken))
        {
            return;
        }

        try
        {
            await mails.SendAsync(mail, cancellationToken);
        }
        catch (Exception failure) when (failure is MailUnavailableException or MailRefusedException)
        {
            states.Failed(ConnectorState.Mail, failure);
            throw;
        }

        states.Worked(ConnectorState.Mail, clock.GetUtcNow());

        // Without the token: the server has the mail, and a stopping host must still remember that.
        await sent.AddAsync(leadId, mail.MessageId, CancellationToken.None);
    }

    private async Task RecordAsync(LeadStalled stalled, AlertFate fate, CancellationToken cancellationToken) =>
        await journeys.UpdateAsync(stalled.LeadId, state => new(state with { Ledger = AlertRules.Settle(state.Ledger, stalled.AlertId, fate, clock.GetUtcNow()) }, [], null), cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Alert {AlertId} is not told: {Why}.")]
        public static partial void NotTold(ILogger logger, string alertId, string why);
    }
}
