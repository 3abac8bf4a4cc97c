using IntegrationHub.Functions.Alerts.Digest;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Mails open notices to ops: claim, send, mark. The first notice goes at once; those
/// within the group interval after a mail share the next. A crash between sending and marking
/// repeats the mail under the same id.</summary>
internal sealed partial class OpsMailFlow(
    NoticeStore notices, MailGate gate, MailRenderer renderer, OpsOptions ops, MailOptions mail, AlertDeliveryOptions delivery,
    TimeProvider clock, ILogger<OpsMailFlow> logger)
{
    private static readonly TimeSpan ClaimFor = TimeSpan.FromMinutes(2);

    /// <summary>Mails the open notices, oldest first, within the throttle. Without recipients nothing is sent, and
    /// health shows the notices.</summary>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        if (ops.Recipients.Count == 0 || await notices.PendingAsync(cancellationToken) is not { Count: > 0 } pending
            || await notices.LastSentAsync(cancellationToken) + delivery.GroupInterval > clock.GetUtcNow())
        {
            return;
        }

        var claimed = new List<OpenNotice>();
        foreach (var notice in pending.Take(delivery.MaxRows))
        {
            if (await notices.ClaimAsync(notice, ClaimFor, cancellationToken) is { } open)
            {
                claimed.Add(open);
            }
        }

        if (claimed.Count == 0)
        {
            return;
        }

        try
        {
            await ReportAsync(claimed, pending.Count - claimed.Count, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotReported(logger, FailureText.Of(failure), string.Join(", ", claimed.Select(notice => notice.Notice.Key)));
        }
    }

    /// <summary>Sends and marks notices. A refused mail counts as sent: a repeat would be refused, too, and
    /// health shows the failure.</summary>
    private async Task ReportAsync(IReadOnlyList<OpenNotice> claimed, int more, CancellationToken cancellationToken)
    {
        if (await gate.SendAsync(await WriteAsync(claimed, more), 0, cancellationToken) is MailAnswer.NotYet or MailAnswer.Unknown)
        {
            foreach (var open in claimed)
            {
                await notices.ReleaseAsync(open, cancellationToken);
            }

            return;
        }

        // No token: the server has the mail, and a stopping host must still record that.
        foreach (var open in claimed)
        {
            await notices.MarkSentAsync(open, CancellationToken.None);
        }
    }

    private async Task<OutgoingMail> WriteAsync(IReadOnlyList<OpenNotice> claimed, int more)
    {
        var text = new OpsMail([.. claimed.Select(Section)], more);
        return new OutgoingMail
        {
            MessageId = MailMessageIds.OfNotices(claimed, mail.Host),
            ThreadId = claimed is [var only]
                ? MailMessageIds.ThreadOfNotice(only.Notice.Key, mail.Host)
                : MailMessageIds.ThreadOfNotices(mail.Host),
            Recipients = ops.Recipients,
            Subject = $"[IntegrationHub] {text.Subject}",
            Text = text.ToText(),
            Html = await renderer.RenderMailAsync<OpsMailHtml>(text),
        };
    }

    private static OpsMailSection Section(OpenNotice open) => new(
        OneLine.Of(open.Notice.Subject, 150)
            ?? "Check the hub", [.. open.Notice.Lines.Select(line => OneLine.Of(line, 1_000)).OfType<string>()], open.OpenedAt);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The notices {Keys} could not be sent; retrying when the claim on them is over ({Failure}).")]
        public static partial void NotReported(ILogger logger, string failure, string keys);
    }
}
