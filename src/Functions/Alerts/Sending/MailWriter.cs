using System.Collections.Concurrent;
using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Alerts.Digest;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Writes a mailbox's mail: decides about each entry by its lead's current state, and
/// renders those that hold.</summary>
internal sealed partial class MailWriter(
    MailboxStore mailboxes, JourneyFlow journeys, OutcomeRecorder outcomes, MailComposer composer, FunnelSettings settings,
    TeamsSettings teams, TimeProvider clock, ILogger<MailWriter> logger)
{
    /// <summary>The most entries of a mail, so that it fits into a table's row. The rest
    /// waits for the next window.</summary>
    private const int MostMembers = MailboxStore.ReadAtMost;

    /// <summary>Records the outcomes of entries that are not sent, and returns the mail with the
    /// others; null for none.</summary>
    /// <param name="down">The connectors that are down, with reasons.</param>
    public async Task<MailBatch?> WriteAsync(
        RecipientGroup recipientGroup, IReadOnlyList<MailboxEntry> entries, IReadOnlyDictionary<string, string> down,
        CancellationToken cancellationToken) =>
        await DecideAsync(entries, down, cancellationToken) is { Count: > 0 } pending
            ? await composer.WriteAsync(recipientGroup, pending) : null;

    private async Task<IReadOnlyCollection<PendingAlert>> DecideAsync(
        IReadOnlyList<MailboxEntry> entries, IReadOnlyDictionary<string, string> down, CancellationToken cancellationToken)
    {
        var decided = new Decided();
        await OutcomeRecorder.ForEachAsync(
            entries.Take(MostMembers), entry => TryDecideAsync(entry, decided, down, cancellationToken), cancellationToken);
        await mailboxes.RemoveAsync(decided.Over, cancellationToken);
        await mailboxes.NoteAsync(decided.Waiting, cancellationToken);
        return decided.Pending;
    }

    /// <summary>Decides about an entry. One that fails stays, and stops no other.</summary>
    private async Task TryDecideAsync(
        MailboxEntry entry, Decided decided, IReadOnlyDictionary<string, string> down, CancellationToken cancellationToken)
    {
        try
        {
            await DecideAsync(entry, decided, down, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotDecided(logger, FailureText.Of(failure), entry.AlertId, entry.LeadId);
        }
    }

    private async Task DecideAsync(
        MailboxEntry entry, Decided decided, IReadOnlyDictionary<string, string> down, CancellationToken cancellationToken)
    {
        switch (
            AlertRules.Decide(await journeys.LoadAsync(entry.LeadId, cancellationToken), entry, down, teams, settings, clock.GetUtcNow()))
        {
            case AlertCourse.Tell tell:
                decided.Pending.Add(new(entry, tell.Alert, tell.State, tell.Journey));
                break;
            case AlertCourse.Leave:
                decided.Over.Add(entry);
                break;
            case AlertCourse.End end:
                await outcomes.RecordAsync(entry, end.Fate, end.Why);
                decided.Over.Add(entry);
                break;
            case AlertCourse.Inhibit inhibit:
                await outcomes.RecordAsync(entry, AlertOutcome.Inhibited, inhibit.Why);
                decided.Waiting.Add((entry, entry with { Noted = AlertOutcome.Inhibited, WaitsFor = inhibit.Connector }));
                break;
            case var other:
                throw new InvalidOperationException($"Unknown course {other}.");
        }
    }

    /// <summary>The decided entries.</summary>
    private sealed class Decided
    {
        public ConcurrentBag<PendingAlert> Pending { get; } = [];

        public ConcurrentBag<MailboxEntry> Over { get; } = [];

        public ConcurrentBag<(MailboxEntry Was, MailboxEntry Now)> Waiting { get; } = [];
    }

    private static partial class Log
    {
        [LoggerMessage(
            1, LogLevel.Warning, "Alert {AlertId} of lead {LeadId} could not be checked; the next sweep tries again ({Failure}).")]
        public static partial void NotDecided(ILogger logger, string failure, string alertId, LeadId leadId);
    }
}
