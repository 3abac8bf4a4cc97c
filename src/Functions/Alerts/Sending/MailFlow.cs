using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Outages;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Sends what is due: reports to ops first, then opens every mailbox in which there is something to do.</summary>
public sealed class MailFlow(
    MailboxStore mailboxes, MailboxFlow opened, OpsMailFlow opsMail, OutageWatch outages, MailGate gate, TeamsSettings teams, AlertDeliveryOptions delivery, TimeProvider clock)
{
    /// <summary>Sends to ops, and then to every audience whose window is open. No-op where no mail server is set.</summary>
    public async Task SendDueAsync(CancellationToken cancellationToken)
    {
        if (!gate.Sends)
        {
            return;
        }

        var down = await outages.DownAsync(cancellationToken);
        await opsMail.SendAsync(cancellationToken);
        foreach (var mailbox in await mailboxes.ReadAsync(cancellationToken))
        {
            if (Pick(mailbox, down) is { } work && (work.Hold || await gate.ClosedUntilAsync(cancellationToken) is null))
            {
                await opened.WorkAsync(mailbox, work, down, cancellationToken);
            }
        }
    }

    /// <summary>What there is to do in a mailbox now; null for nothing.</summary>
    private MailboxWork? Pick(RecipientGroupMailbox mailbox, IReadOnlyDictionary<string, string> down)
    {
        var now = clock.GetUtcNow();
        if (mailbox.Window.NotBefore > now)
        {
            return null;
        }

        var quiet = teams[mailbox.RecipientGroup.Team].QuietHours?.EndOf(now) is not null;
        if (mailbox.Window.Batch is not null)
        {
            return quiet ? null : new([], Hold: false);
        }

        var open = mailbox.Entries.Any(entry => entry.PutAt + delivery.GroupWait <= now) && !(mailbox.Window.LastSentAt + delivery.GroupInterval > now);
        MailboxEntry[] entries = [.. mailbox.Entries.Where(entry => quiet ? entry.Noted != AlertOutcome.Held : entry.WaitsFor is null || !down.ContainsKey(entry.WaitsFor))];
        return entries.Length > 0 && (open || quiet) ? new(entries, quiet) : null;
    }
}

/// <summary>What is to be done in a mailbox.</summary>
/// <param name="Entries">What waits; empty where a mail is on its way already.</param>
/// <param name="Hold">Whether they are held for quiet hours instead of told.</param>
internal sealed record MailboxWork(IReadOnlyList<MailboxEntry> Entries, bool Hold);
