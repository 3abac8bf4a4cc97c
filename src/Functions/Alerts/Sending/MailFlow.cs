using System.Collections.Concurrent;
using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Alerts.Digest;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Outages;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>
/// Sends what waits in the mailboxes, one mail for each audience and window: claim the mailbox, decide of everything in it, fix the mail in the table, send it, note that it was taken, record the
/// fates, and only then take the entries out. Whatever a crash cuts off the next sweep takes up where it was: at most the same mail goes out twice, under one id.
/// </summary>
public sealed partial class MailFlow(
    MailboxStore mailboxes,
    JourneyFlow journeys,
    MailComposer composer,
    MailGate gate,
    MailThrottle throttle,
    OutageFlow outages,
    OpsMailFlow opsMail,
    NoticeStore notices,
    HubMetrics metrics,
    FunnelSettings settings,
    TeamsSettings teams,
    AlertDeliveryOptions telling,
    MailOptions mail,
    TimeProvider clock,
    ILogger<MailFlow> logger)
{
    private const int LeadsAtOnce = 16;

    /// <summary>How long an audience's mail waits after the server did not take it; the others' goes on, since it may be for this one's address.</summary>
    private static readonly TimeSpan WaitAfterFailure = TimeSpan.FromSeconds(30);

    /// <summary>What one mail tells of at most, so that it fits into a table's row with as many leads as can be shown; the rest waits for the next window.</summary>
    private const int MostMembers = 1_000;

    /// <summary>Tells ops first, and then every audience whose window is open.</summary>
    public async Task SendDueAsync(CancellationToken cancellationToken)
    {
        var down = await outages.LookAsync(cancellationToken);
        if (!mail.Sends)
        {
            return;
        }

        await opsMail.SendAsync(cancellationToken);
        foreach (var mailbox in await mailboxes.ReadAsync(cancellationToken))
        {
            if (Pick(mailbox, down) is { } work && (work.Hold || await throttle.ClosedUntilAsync(cancellationToken) is null))
            {
                await TryWorkAsync(mailbox, work, down, cancellationToken);
            }
        }
    }

    /// <summary>What there is to do in a mailbox now; null for nothing.</summary>
    private Work? Pick(RecipientGroupMailbox mailbox, IReadOnlyDictionary<string, string> down)
    {
        var now = clock.GetUtcNow();
        if (mailbox.Window.NotBefore > now)
        {
            return null;
        }

        var quiet = teams[mailbox.RecipientGroup.Team].QuietHours?.EndOf(now) is not null;
        if (mailbox.Window.Batch is not null)
        {
            return quiet ? null : new Work([], Hold: false);
        }

        var open = mailbox.Entries.Any(entry => entry.PutAt + telling.GroupWait <= now) && !(mailbox.Window.LastSentAt + telling.GroupInterval > now);
        MailboxEntry[] entries = [.. mailbox.Entries.Where(entry => quiet ? entry.Noted != AlertOutcome.Held : entry.WaitsFor is null || !down.ContainsKey(entry.WaitsFor))];
        return entries.Length > 0 && (open || quiet) ? new Work(entries, quiet) : null;
    }

    private async Task TryWorkAsync(RecipientGroupMailbox mailbox, Work work, IReadOnlyDictionary<string, string> down, CancellationToken cancellationToken)
    {
        if (await mailboxes.ClaimAsync(mailbox.Window, cancellationToken) is not { } window)
        {
            return;
        }

        var claim = new Claim(mailboxes, window);
        try
        {
            await (work.Hold ? HoldAsync(work.Entries, cancellationToken) : TellAsync(claim, work.Entries, down, cancellationToken));
        }
        catch (WindowTakenException taken)
        {
            Log.Taken(logger, taken.RecipientGroup);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotTold(logger, failure, mailbox.RecipientGroup);
        }
        finally
        {
            await TryReleaseAsync(claim);
        }
    }

    /// <summary>A moved-on line is no alert: it has no fate, and simply waits with the others.</summary>
    private async Task HoldAsync(IReadOnlyList<MailboxEntry> entries, CancellationToken cancellationToken)
    {
        await ForEachAsync(entries, entry => SettleAsync(entry, AlertOutcome.Held, $"quiet hours of {entry.RecipientGroup.Team}"), cancellationToken);
        await mailboxes.NoteAsync(entries.Select(entry => entry with { Noted = AlertOutcome.Held, WaitsFor = null }), cancellationToken);
    }

    private async Task TellAsync(Claim claim, IReadOnlyList<MailboxEntry> entries, IReadOnlyDictionary<string, string> down, CancellationToken cancellationToken)
    {
        if (claim.Window.Batch is null && await DecideAsync(entries, down, cancellationToken) is { Count: > 0 } told)
        {
            var batch = await composer.WriteAsync(claim.Window.RecipientGroup, told, cancellationToken);
            await claim.KeepAsync(claim.Window with { Batch = batch }, cancellationToken);
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

    /// <summary>Decides of each entry; records the fates of those that are not told, and answers those that are. An entry that cannot be decided of stays, and holds back no other.</summary>
    private async Task<IReadOnlyCollection<PendingAlert>> DecideAsync(IReadOnlyList<MailboxEntry> entries, IReadOnlyDictionary<string, string> down, CancellationToken cancellationToken)
    {
        var decided = new Decided();
        await ForEachAsync(entries.Take(MostMembers), async entry =>
        {
            try
            {
                await DecideAsync(entry, decided, down, cancellationToken);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                Log.NotDecided(logger, failure, entry.AlertId, entry.LeadId);
            }
        }, cancellationToken);
        await mailboxes.RemoveAsync(decided.Over, cancellationToken);
        await mailboxes.NoteAsync(decided.Waiting, cancellationToken);
        return decided.Told;
    }

    private async Task DecideAsync(MailboxEntry entry, Decided decided, IReadOnlyDictionary<string, string> down, CancellationToken cancellationToken)
    {
        switch (AlertRules.Decide(await journeys.LoadAsync(entry.LeadId, cancellationToken), entry, down, teams, settings, clock.GetUtcNow()))
        {
            case AlertCourse.Tell tell:
                decided.Told.Add(new(entry, tell.Alert, tell.State, tell.Journey));
                break;
            case AlertCourse.Leave:
                decided.Over.Add(entry);
                break;
            case AlertCourse.End end:
                await SettleAsync(entry, end.Fate, end.Why);
                decided.Over.Add(entry);
                break;
            case AlertCourse.Inhibit inhibit:
                await SettleAsync(entry, AlertOutcome.Inhibited, inhibit.Why);
                decided.Waiting.Add(entry with { Noted = AlertOutcome.Inhibited, WaitsFor = inhibit.Connector });
                break;
            case var other:
                throw new InvalidOperationException($"Unknown course {other}.");
        }
    }

    private async Task HandOverAsync(Claim claim, MailBatch batch, CancellationToken cancellationToken)
    {
        var recipients = claim.Window.RecipientGroup.RecipientsIn(teams);
        var answer = recipients.Count == 0
            ? new MailAnswer.Refused(AlertRules.NoRecipients(claim.Window.RecipientGroup))
            : await gate.SendAsync(ToMail(batch, recipients), cancellationToken);

        // Without the token from here on: the server has the mail, and a stopping host must still remember that.
        await (answer switch
        {
            MailAnswer.Taken => claim.KeepAsync(claim.Window with { Batch = batch with { Outcome = AlertOutcome.Sent }, LastSentAt = clock.GetUtcNow(), NotBefore = null }, CancellationToken.None),
            MailAnswer.Refused refused => claim.KeepAsync(claim.Window with { Batch = batch with { Outcome = AlertOutcome.Failed, Refusal = refused.Why } }, CancellationToken.None),
            MailAnswer.NotYet => claim.KeepAsync(claim.Window with { Batch = null, NotBefore = clock.GetUtcNow() + WaitAfterFailure }, CancellationToken.None),
            MailAnswer.Unknown => claim.KeepAsync(claim.Window with { NotBefore = clock.GetUtcNow() + WaitAfterFailure }, CancellationToken.None),
            _ => throw new InvalidOperationException($"Unknown answer {answer}."),
        });
    }

    private async Task RecordAsync(Claim claim, MailBatch batch, CancellationToken cancellationToken)
    {
        var fate = batch is { Outcome: AlertOutcome.Sent, Members.Count: > 1 } ? AlertOutcome.Grouped : batch.Outcome;
        MailboxEntry[] entries =
            [.. batch.Members.Select(member => new MailboxEntry { RecipientGroup = claim.Window.RecipientGroup, LeadId = member.LeadId, AlertId = member.AlertId, Kind = member.Kind, PutAt = clock.GetUtcNow() })];
        await ForEachAsync(entries, entry => SettleAsync(entry, fate, batch.Refusal), cancellationToken);
        await mailboxes.RemoveAsync(entries, cancellationToken);
        await NoticeAsync(claim.Window.RecipientGroup, batch, cancellationToken);
        await claim.KeepAsync(claim.Window with { Batch = null }, cancellationToken);
        Log.Told(logger, claim.Window.RecipientGroup, entries.Length, fate, batch.MessageId);
    }

    /// <summary>Ops hear of mail that was refused for good, until one is taken again.</summary>
    private Task NoticeAsync(RecipientGroup recipientGroup, MailBatch batch, CancellationToken cancellationToken)
    {
        var key = $"mail-refused:{recipientGroup}";
        return batch.Refusal is { } refusal
            ? notices.OpenAsync(new(key, $"Mail to {recipientGroup.Name} is refused", [refusal, $"{batch.Members.Count} alerts were not told to {recipientGroup.Name}: their fate is failed."]), cancellationToken)
            : notices.CloseAsync(key, cancellationToken);
    }

    private async Task SettleAsync(MailboxEntry entry, AlertOutcome fate, string? why)
    {
        if (entry.Kind == MailboxKind.Resolved)
        {
            if (fate is AlertOutcome.Sent or AlertOutcome.Grouped)
            {
                await journeys.SettleAsync(entry.LeadId, ledger => AlertRules.SettleResolved(ledger, entry.AlertId, entry.RecipientGroup), CancellationToken.None);
            }

            return;
        }

        var state = await journeys.SettleAsync(entry.LeadId, ledger => AlertRules.Settle(ledger, entry.AlertId, entry.RecipientGroup, fate, why, clock.GetUtcNow()), CancellationToken.None);
        if (state is not null && AlertRules.IsToldTooLate(state, entry, settings))
        {
            await mailboxes.PutAsync(entry with { Kind = MailboxKind.Resolved }, CancellationToken.None);
        }

        metrics.Alerted(fate);
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

    private static Task ForEachAsync(IEnumerable<MailboxEntry> entries, Func<MailboxEntry, Task> run, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(entries, new ParallelOptions { MaxDegreeOfParallelism = LeadsAtOnce, CancellationToken = cancellationToken }, async (entry, _) => await run(entry));

    /// <summary>Without a token: a stopping host should not leave a mailbox claimed. A claim that cannot be given back expires.</summary>
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

    /// <summary>What is to be done in a mailbox.</summary>
    /// <param name="Entries">What waits; empty where a mail is on its way already.</param>
    /// <param name="Hold">Whether they are held for quiet hours instead of told.</param>
    private sealed record Work(IReadOnlyList<MailboxEntry> Entries, bool Hold);

    /// <summary>What was decided of entries.</summary>
    private sealed class Decided
    {
        public ConcurrentBag<PendingAlert> Told { get; } = [];

        public ConcurrentBag<MailboxEntry> Over { get; } = [];

        public ConcurrentBag<MailboxEntry> Waiting { get; } = [];
    }

    /// <summary>A claimed window with its latest version.</summary>
    private sealed class Claim(MailboxStore mailboxes, MailWindow window)
    {
        public MailWindow Window { get; private set; } = window;

        public async Task KeepAsync(MailWindow changed, CancellationToken cancellationToken) => Window = await mailboxes.KeepAsync(changed, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{RecipientGroup} were mailed {Entries} entries, which are {Fate}: {MessageId}.")]
        public static partial void Told(ILogger logger, RecipientGroup recipientGroup, int entries, AlertOutcome fate, string messageId);

        [LoggerMessage(2, LogLevel.Debug, "The mailbox of {RecipientGroup} was taken over by somebody else; nothing is lost.")]
        public static partial void Taken(ILogger logger, RecipientGroup recipientGroup);

        [LoggerMessage(3, LogLevel.Warning, "{RecipientGroup} could not be told; the next sweep goes on from the same place.")]
        public static partial void NotTold(ILogger logger, Exception failure, RecipientGroup recipientGroup);

        [LoggerMessage(4, LogLevel.Debug, "The claim on the mailbox of {RecipientGroup} could not be given back and expires by itself: {Why}.")]
        public static partial void NotReleased(ILogger logger, RecipientGroup recipientGroup, string why);

        [LoggerMessage(5, LogLevel.Warning, "Alert {AlertId} of lead {LeadId} could not be looked at; the next sweep tries again.")]
        public static partial void NotDecided(ILogger logger, Exception failure, string alertId, LeadId leadId);
    }
}
