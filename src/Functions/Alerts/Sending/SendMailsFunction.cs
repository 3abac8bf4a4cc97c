using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Sends the mails that are due.</summary>
internal sealed class SendMailsFunction(MailFlow mails)
{
    /// <summary>Runs on <c>Schedules:SendMails</c>.</summary>
    [Function("SendMails")]
    public Task RunAsync(
        [TimerTrigger("%Schedules:SendMails%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        mails.SendDueAsync(cancellationToken);
}
