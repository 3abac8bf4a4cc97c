using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Reads the state of the mail, for health. It counts a page of each mailbox at most.</summary>
internal sealed class MailHealthFlow(MailboxStore mailboxes, MailGate gate, NoticeStore notices, OpsOptions ops)
{
    /// <summary>Gets the state for when the tables do not answer.</summary>
    public MailHealthState Unknown => new(gate.Sends, null, null, []);

    public async Task<MailHealthState> ReadAsync(CancellationToken cancellationToken)
    {
        var boxes = await mailboxes.ListAsync(cancellationToken);
        var entries = await Task.WhenAll(boxes.Select(
            mailbox => mailboxes.ReadAsync(mailbox.RecipientGroup, mailbox.WaitsFor, onlyUnheld: false, cancellationToken)));
        var waiting = entries.SelectMany(some => some).ToLookup(entry => entry.Noted);
        var unsent = gate.Sends && ops.Recipients.Count > 0 ? [] : await notices.PendingAsync(cancellationToken);
        return new(
            gate.Sends,
            new(waiting[AlertOutcome.Pending].Count(), waiting[AlertOutcome.Held].Count(), waiting[AlertOutcome.Inhibited].Count()),
            await gate.ClosedUntilAsync(cancellationToken),
            [.. unsent.Select(open => $"{open.Notice.Subject}. No mail was sent: see the settings Ops:Recipients and Mail.")]);
    }
}
