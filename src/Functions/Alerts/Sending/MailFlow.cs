using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Outages;
using IntegrationHub.Functions.Platform.Settings;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Sends due mails: notices to ops first, then every mailbox with work.</summary>
internal sealed class MailFlow(
    MailboxStore mailboxes,
    MailboxFlow opened,
    OpsMailFlow opsMail,
    OutageWatch outages,
    MailGate gate,
    TeamsSettings teams,
    AlertDeliveryOptions delivery,
    TimeProvider clock)
{
    /// <summary>Sends due mails. A no-op without a mail server.</summary>
    public async Task SendDueAsync(CancellationToken cancellationToken)
    {
        if (!gate.Sends)
        {
            return;
        }

        var down = await outages.DownAsync(cancellationToken);
        await opsMail.SendAsync(cancellationToken);
        foreach (var mailbox in await mailboxes.ListAsync(cancellationToken))
        {
            if (await PickAsync(mailbox, down, cancellationToken) is { } work
                && (work.Hold || await gate.IsOpenToAlertsAsync(cancellationToken)))
            {
                await opened.WorkAsync(mailbox, work, down, cancellationToken);
            }
        }
    }

    /// <summary>Returns the work in a mailbox; null for none. A closed mailbox is not read, nor are entries that wait for
    /// a connector that is down.</summary>
    private async Task<MailboxWork?> PickAsync(
        RecipientGroupMailbox mailbox, IReadOnlyDictionary<string, string> down, CancellationToken cancellationToken)
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

        if (!quiet && mailbox.Window.LastSentAt + delivery.GroupInterval > now)
        {
            return null;
        }

        var waited = mailbox.WaitsFor.Where(connector => quiet || !down.ContainsKey(connector));
        var entries = await mailboxes.ReadAsync(mailbox.RecipientGroup, waited, onlyUnheld: quiet, cancellationToken);
        var open = entries.Any(entry => entry.PutAt + delivery.GroupWait <= now);
        return entries.Count > 0 && (open || quiet) ? new(entries, quiet) : null;
    }
}

/// <summary>The work in a mailbox.</summary>
/// <param name="Entries">The waiting entries; empty for a mail in progress.</param>
/// <param name="Hold">Whether the entries wait for the end of quiet hours.</param>
internal sealed record MailboxWork(IReadOnlyList<MailboxEntry> Entries, bool Hold);
