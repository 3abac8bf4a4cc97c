using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Looks how it stands with the mail, for health.</summary>
public sealed class MailHealthFlow(MailboxStore mailboxes, MailThrottle throttle, NoticeStore notices, MailOptions mail, OpsOptions ops)
{
    /// <summary>Gets what is known when the tables do not answer.</summary>
    public MailHealthState Unknown => new(mail.Sends, null, null, []);

    /// <summary>Looks.</summary>
    public async Task<MailHealthState> LookAsync(CancellationToken cancellationToken)
    {
        var waiting = (await mailboxes.ReadAsync(cancellationToken)).SelectMany(mailbox => mailbox.Entries).ToLookup(entry => entry.Noted);
        var untold = mail.Sends && ops.Recipients.Count > 0 ? [] : await notices.UntoldAsync(cancellationToken);
        return new(
            mail.Sends,
            new(waiting[AlertOutcome.Pending].Count(), waiting[AlertOutcome.Held].Count(), waiting[AlertOutcome.Inhibited].Count()),
            await throttle.ClosedUntilAsync(cancellationToken),
            [.. untold.Select(open => $"{open.Notice.Subject}. Nobody was told by mail: see the settings Ops:Recipients and Mail.")]);
    }
}
