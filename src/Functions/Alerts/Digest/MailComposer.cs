using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Alerts.Links;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>An alert to send, with the lead's current state.</summary>
internal sealed record PendingAlert(MailboxEntry Entry, Alert Alert, JourneyState State, Journey Journey);

/// <summary>Writes the mail with everything that waits for a recipient group: a stall mail for one
/// lead, a digest for several.</summary>
internal sealed class MailComposer(
    MailRenderer renderer, LinkProtector links, ConnectorSet connectors, FunnelSettings settings, MailOptions mail,
    AlertDeliveryOptions telling, HubOptions hub, TimeProvider clock)
{
    public async Task<MailBatch> WriteAsync(RecipientGroup recipientGroup, IReadOnlyCollection<PendingAlert> pending)
    {
        var stalled = LongestFirst(pending.Where(item => item.Entry.Kind == MailboxKind.Stalled));
        var movedOn = pending.Where(item => item.Entry.Kind == MailboxKind.Resolved).OrderBy(item => item.Entry.PutAt).ToList();
        var rows = stalled.Take(telling.MaxRows)
            .Select(item =>
                StallMailRules.For(item.Alert, item.State, item.Journey, recipientGroup, LinksOf(item, recipientGroup), settings))
            .ToList();
        var (subject, text, html) = rows is [var only] && movedOn.Count == 0
            ? (only.Subject, StallMailText.Render(only), await renderer.RenderMailAsync<StallMailHtml>(only))
            : await WriteDigestAsync(new()
            {
                Rows = rows,
                MoreRows = stalled.Count - rows.Count,
                MovedOn =
                [
                    .. movedOn.Take(telling.MaxRows)
                        .Select(item => StallMailRules.MovedOn(item.Alert, item.State.Ledger, item.Journey, settings)),
                ],
                MoreMovedOn = Math.Max(0, movedOn.Count - telling.MaxRows),
            });
        BatchMember[] members =
        [
            .. stalled.Concat(movedOn)
                .Select(item => new BatchMember(item.Entry.LeadId, item.Entry.AlertId, item.Entry.Kind, item.Entry.WaitsFor)),
        ];
        return new MailBatch
        {
            MessageId = MailMessageIds.Of(recipientGroup, members, mail.Host),
            ThreadId = pending.Count == 1 && pending.First() is var alone
                ? MailMessageIds.ThreadOf(alone.Entry.LeadId, alone.Alert, mail.Host)
                : MailMessageIds.ThreadOf(recipientGroup, mail.Host),
            Subject = subject,
            Text = text,
            Html = html,
            Members = members,
            Trace = pending.Select(item => item.Entry.Trace).FirstOrDefault(trace => trace is not null),
        };
    }

    private async Task<(string Subject, string Text, string Html)> WriteDigestAsync(DigestMail digest) =>
        (digest.Subject, DigestMailText.Render(digest), await renderer.RenderMailAsync<DigestMailHtml>(digest));

    private MailLinks LinksOf(PendingAlert item, RecipientGroup recipientGroup)
    {
        var root = hub.PublicUrl.AbsoluteUri.TrimEnd('/');
        return new(
            LeadRecord.UrlOf(item.State.Ledger, item.Journey, connectors),
            To(LinkPurpose.Details),
            To(LinkPurpose.Acknowledge),
            To(LinkPurpose.Snooze));

        Uri To(LinkPurpose purpose) =>
            new(
                $"{root}/api/alerts/"
                + links.Write(
                    new(purpose, recipientGroup, item.Entry.LeadId, item.Entry.AlertId, clock.GetUtcNow() + telling.LinksValidFor)));
    }

    /// <summary>Orders the leads by their age, which the mail shows. The first one due comes first among equals.</summary>
    private IReadOnlyList<PendingAlert> LongestFirst(IEnumerable<PendingAlert> stalled) =>
    [
        .. stalled
            .OrderByDescending(item => StallMailRules.AgeOf(item.Alert, item.Journey, settings))
            .ThenBy(item => item.Alert.DueAt)
            .ThenBy(item => item.Alert.Id, StringComparer.Ordinal),
    ];
}
