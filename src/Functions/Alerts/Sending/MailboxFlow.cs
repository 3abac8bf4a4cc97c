using System.Diagnostics;
using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Sends one mailbox's entries in one mail: claim, decide, store the mail, send, mark, record the
/// outcomes, and only then remove the entries. After a crash the next sweep continues; at most the same mail goes
/// out twice, under one id.</summary>
internal sealed partial class MailboxFlow(
    MailboxStore mailboxes, MailWriter writer, MailGate gate, OutcomeRecorder outcomes, NoticeStore notices, TeamsSettings teams,
    TimeProvider clock, ILogger<MailboxFlow> logger)
{
    /// <summary>The wait of a mailbox after a failure. Other mailboxes continue, because the cause may
    /// be this one's address.</summary>
    private static readonly TimeSpan WaitAfterFailure = TimeSpan.FromSeconds(30);

    /// <summary>Claims a mailbox and does its work. A failure is logged and stops no other mailbox;
    /// the next sweep continues.</summary>
    internal async Task WorkAsync(
        RecipientGroupMailbox mailbox, MailboxWork work, IReadOnlyDictionary<string, string> down, CancellationToken cancellationToken)
    {
        if (await mailboxes.ClaimAsync(mailbox.Window, cancellationToken) is not { } window)
        {
            return;
        }

        var claim = new Claim(mailboxes, window);
        try
        {
            await (work.Hold ? HoldAsync(work.Entries, cancellationToken) : SendAsync(claim, work.Entries, down, cancellationToken));
        }
        catch (WindowTakenException taken)
        {
            Log.Taken(logger, taken.RecipientGroup);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotTold(logger, FailureText.Of(failure), mailbox.RecipientGroup);
        }
        finally
        {
            await TryReleaseAsync(claim);
        }
    }

    /// <summary>Holds the entries. Resolutions are not alerts: they have no outcome and simply wait.</summary>
    private async Task HoldAsync(IReadOnlyList<MailboxEntry> entries, CancellationToken cancellationToken)
    {
        await outcomes.RecordAllAsync(
            entries, AlertOutcome.Held, entry => $"quiet hours of {entry.RecipientGroup.Team}", cancellationToken);
        await mailboxes.NoteAsync(
            [.. entries.Select(entry => (entry, entry with { Noted = AlertOutcome.Held, WaitsFor = null }))], cancellationToken);
    }

    private async Task SendAsync(
        Claim claim, IReadOnlyList<MailboxEntry> entries, IReadOnlyDictionary<string, string> down, CancellationToken cancellationToken)
    {
        if (claim.Window.Batch is null
            && await writer.WriteAsync(claim.Window.RecipientGroup, entries, down, cancellationToken) is { } batch)
        {
            await claim.SaveAsync(claim.Window with { Batch = batch }, cancellationToken);
        }

        if (claim.Window.Batch is { Outcome: AlertOutcome.Pending } waiting)
        {
            await HandOverAsync(claim, waiting, cancellationToken);
        }

        if (claim.Window.Batch is { Outcome: not AlertOutcome.Pending } over)
        {
            await RecordAsync(claim, over, cancellationToken);
        }
    }

    private async Task HandOverAsync(Claim claim, MailBatch batch, CancellationToken cancellationToken)
    {
        using var activity = HubActivities.Continue(HubActivities.Mail, ActivityKind.Producer, batch.Trace);
        var recipients = claim.Window.RecipientGroup.RecipientsIn(teams);
        var answer = recipients.Count == 0
            ? new MailAnswer.Refused(AlertRules.NoRecipients(claim.Window.RecipientGroup))
            : await gate.SendAsync(ToMail(batch, recipients), batch.Members.Count, cancellationToken);

        // No token from here on: the server has the mail, and a stopping host must still record that.
        await (answer switch
        {
            MailAnswer.Taken =>
                claim.SaveAsync(
                    claim.Window with
                    {
                        Batch = batch with { Outcome = AlertOutcome.Sent },
                        LastSentAt = clock.GetUtcNow(),
                        NotBefore = null,
                    },
                    CancellationToken.None),
            MailAnswer.Refused refused =>
                claim.SaveAsync(
                    claim.Window with { Batch = batch with { Outcome = AlertOutcome.Failed, Refusal = refused.Why } },
                    CancellationToken.None),
            MailAnswer.NotYet =>
                claim.SaveAsync(
                    claim.Window with { Batch = null, NotBefore = clock.GetUtcNow() + WaitAfterFailure }, CancellationToken.None),
            MailAnswer.Unknown =>
                claim.SaveAsync(claim.Window with { NotBefore = clock.GetUtcNow() + WaitAfterFailure }, CancellationToken.None),
            _ => throw new InvalidOperationException($"Unknown answer {answer}."),
        });
    }

    private async Task RecordAsync(Claim claim, MailBatch batch, CancellationToken cancellationToken)
    {
        var fate = batch is { Outcome: AlertOutcome.Sent, Members.Count: > 1 } ? AlertOutcome.Grouped : batch.Outcome;
        MailboxEntry[] entries =
            [
                .. batch.Members.Select(member =>
                    new MailboxEntry
                    {
                        RecipientGroup = claim.Window.RecipientGroup,
                        LeadId = member.LeadId,
                        AlertId = member.AlertId,
                        Kind = member.Kind,
                        WaitsFor = member.WaitsFor,
                        PutAt = clock.GetUtcNow(),
                    }),
            ];
        await outcomes.RecordAllAsync(entries, fate, _ => batch.Refusal, cancellationToken);
        await mailboxes.RemoveAsync(entries, cancellationToken);
        await NoticeAsync(claim.Window.RecipientGroup, batch, cancellationToken);
        await claim.SaveAsync(claim.Window with { Batch = null }, cancellationToken);
        Log.Mailed(logger, claim.Window.RecipientGroup, entries.Length, fate, batch.MessageId);
    }

    /// <summary>Notifies ops of refused mail, until one is accepted again.</summary>
    private Task NoticeAsync(RecipientGroup recipientGroup, MailBatch batch, CancellationToken cancellationToken)
    {
        var key = $"mail-refused:{recipientGroup}";
        return batch.Refusal is { } refusal
            ? notices.OpenAsync(
                new(
                    key, $"Mail to {recipientGroup.Name} is refused",
                    [refusal, $"{batch.Members.Count} alerts did not reach {recipientGroup.Name}: their fate is failed."]),
                cancellationToken)
            : notices.CloseAsync(key, cancellationToken);
    }

    private static OutgoingMail ToMail(MailBatch batch, IReadOnlyList<string> recipients) => new()
    {
        MessageId = batch.MessageId,
        ThreadId = batch.ThreadId,
        Recipients = recipients,
        Subject = batch.Subject,
        Text = batch.Text,
        Html = batch.Html,
    };

    /// <summary>Releases the claim without a token, so that a stopping host leaves none. An
    /// unreleased claim expires.</summary>
    private async Task TryReleaseAsync(Claim claim)
    {
        try
        {
            await mailboxes.ReleaseAsync(claim.Window, CancellationToken.None);
        }
        catch (Exception failure)
        {
            Log.NotReleased(logger, claim.Window.RecipientGroup, failure.GetType().Name);
        }
    }

    /// <summary>A claimed window with its latest version.</summary>
    private sealed class Claim(MailboxStore mailboxes, MailWindow window)
    {
        public MailWindow Window { get; private set; } = window;

        public async Task SaveAsync(MailWindow changed, CancellationToken cancellationToken) =>
            Window = await mailboxes.SaveAsync(changed, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{RecipientGroup} were mailed {Entries} entries, which are {Fate}: {MessageId}.")]
        public static partial void Mailed(ILogger logger, RecipientGroup recipientGroup, int entries, AlertOutcome fate, string messageId);

        [LoggerMessage(2, LogLevel.Debug, "The mailbox of {RecipientGroup} was taken over by another instance; nothing is lost.")]
        public static partial void Taken(ILogger logger, RecipientGroup recipientGroup);

        [LoggerMessage(
            3, LogLevel.Warning, "{RecipientGroup} could not be mailed; the next sweep continues from the same place ({Failure}).")]
        public static partial void NotTold(ILogger logger, string failure, RecipientGroup recipientGroup);

        [LoggerMessage(
            4, LogLevel.Debug, "The claim on the mailbox of {RecipientGroup} could not be released and expires by itself: {Why}.")]
        public static partial void NotReleased(ILogger logger, RecipientGroup recipientGroup, string why);
    }
}
