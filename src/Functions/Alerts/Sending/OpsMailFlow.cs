using IntegrationHub.Functions.Alerts.Digest;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Tells ops what is open and has not been told: claim, send, note. After a crash between sending and noting the same mail goes out once more under the same id.</summary>
public sealed partial class OpsMailFlow(NoticeStore notices, MailGate gate, MailRenderer renderer, OpsOptions ops, MailOptions mail, ILogger<OpsMailFlow> logger)
{
    private static readonly TimeSpan ClaimFor = TimeSpan.FromMinutes(2);

    /// <summary>Tells what is open, oldest first, as far as the throttle lets it. Without recipients nothing is told: health shows it. A notice that cannot be told holds back nothing else.</summary>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        if (ops.Recipients.Count == 0)
        {
            return;
        }

        foreach (var notice in await notices.UntoldAsync(cancellationToken))
        {
            try
            {
                if (await notices.ClaimAsync(notice, ClaimFor, cancellationToken) is { } claimed && !await TellAsync(claimed, cancellationToken))
                {
                    return;
                }
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                Log.NotTold(logger, failure, notice.Notice.Key);
            }
        }
    }

    /// <summary>A refused mail counts as told: the same would be refused again, and health shows that mail is failing.</summary>
    private async Task<bool> TellAsync(OpenNotice open, CancellationToken cancellationToken)
    {
        if (await gate.SendAsync(await WriteAsync(open), cancellationToken) is MailAnswer.NotYet or MailAnswer.Unknown)
        {
            await notices.ReleaseAsync(open, cancellationToken);
            return false;
        }

        // Without the token: the server has the mail, and a stopping host must still remember that.
        await notices.ToldAsync(open, CancellationToken.None);
        return true;
    }

    private async Task<OutgoingMail> WriteAsync(OpenNotice open)
    {
        var text = new OpsMail(OneLine.Of(open.Notice.Subject, 150) ?? "Look at the hub", [.. open.Notice.Lines.Select(line => OneLine.Of(line, 1_000)).OfType<string>()], open.OpenedAt);
        return new OutgoingMail
        {
            MessageId = MailMessageIds.OfNotice(open, mail.Host),
            ThreadId = MailMessageIds.ThreadOfNotice(open.Notice.Key, mail.Host),
            Recipients = ops.Recipients,
            Subject = $"[IntegrationHub] {text.Subject}",
            Text = text.ToText(),
            Html = await renderer.RenderAsync<OpsMailHtml>(text),
        };
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The notice {Key} could not be told; tried again when the claim on it is over.")]
        public static partial void NotTold(ILogger logger, Exception failure, string key);
    }
}
