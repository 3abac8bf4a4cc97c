using IntegrationHub.Functions.Alerts.Mail;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Ops;
using IntegrationHub.Functions.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts;

/// <summary>Looks how it stands with the mail, for health.</summary>
public sealed class MailOutlookFlow(MailboxStore mailboxes, MailThrottle throttle, NoticeStore notices, MailOptions mail, OpsOptions ops)
{
    /// <summary>Gets what is known when the tables do not answer.</summary>
    public MailOutlook Unknown => new(mail.Sends, null, null, []);

    /// <summary>Looks.</summary>
    public async Task<MailOutlook> LookAsync(CancellationToken cancellationToken)
    {
        var waiting = (await mailboxes.ReadAsync(cancellationToken)).SelectMany(mailbox => mailbox.Entries).ToLookup(entry => entry.Noted);
        var untold = mail.Sends && ops.Recipients.Count > 0 ? [] : await notices.UntoldAsync(cancellationToken);
        return new(
            mail.Sends,
            new(waiting[AlertFate.Pending].Count(), waiting[AlertFate.Held].Count(), waiting[AlertFate.Inhibited].Count()),
            await throttle.ClosedUntilAsync(cancellationToken),
            [.. untold.Select(open => $"{open.Notice.Subject}. Nobody was told by mail: see the settings Ops:Recipients and Mail.")]);
    }
}
