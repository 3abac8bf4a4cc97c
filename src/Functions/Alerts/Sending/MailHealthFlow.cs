using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Looks how it stands with the mail, for health.</summary>
public sealed class MailHealthFlow(MailboxStore mailboxes, MailGate gate, NoticeStore notices, OpsOptions ops)
{
    /// <summary>Gets what is known when the tables do not answer.</summary>
    public MailHealthState Unknown => new(gate.Sends, null, null, []);

    /// <summary>Looks.</summary>
    public async Task<MailHealthState> LookAsync(CancellationToken cancellationToken)
    {
        var waiting = (await mailboxes.ReadAsync(cancellationToken)).SelectMany(mailbox => mailbox.Entries).ToLookup(entry => entry.Noted);
        var untold = gate.Sends && ops.Recipients.Count > 0 ? [] : await notices.UntoldAsync(cancellationToken);
        return new(
            gate.Sends,
            new(waiting[AlertOutcome.Pending].Count(), waiting[AlertOutcome.Held].Count(), waiting[AlertOutcome.Inhibited].Count()),
            await gate.ClosedUntilAsync(cancellationToken),
            [.. untold.Select(open => $"{open.Notice.Subject}. Nobody was told by mail: see the settings Ops:Recipients and Mail.")]);
    }
}
