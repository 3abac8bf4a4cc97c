using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Sends the mails whose time has come.</summary>
public sealed class SendMailsFunction(MailFlow mails)
{
    /// <summary>Runs on <c>Schedules:SendMails</c>.</summary>
    [Function("SendMails")]
    public Task RunAsync([TimerTrigger("%Schedules:SendMails%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        mails.SendDueAsync(cancellationToken);
}
