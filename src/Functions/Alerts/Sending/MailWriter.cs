using System.Collections.Concurrent;
using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Alerts.Digest;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Writes the mail of one mailbox: decides on each entry against its lead's current state, and puts those that still hold into words.</summary>
public sealed partial class MailWriter(
    MailboxStore mailboxes,
    JourneyFlow journeys,
    OutcomeRecorder outcomes,
    MailComposer composer,
    FunnelSettings settings,
    TeamsSettings teams,
    TimeProvider clock,
    ILogger<MailWriter> logger)
{
    /// <summary>What one mail tells of at most, so that it fits into a table's row with as many leads as can be shown; the rest waits for the next window.</summary>
    private const int MostMembers = 1_000;

    /// <summary>Records the outcomes of entries that are not mailed, and returns the mail about the others; null where none is left.</summary>
    /// <param name="recipientGroup">Whose mailbox it is.</param>
    /// <param name="entries">What waits in it.</param>
    /// <param name="down">The connectors that are down, and why.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<MailBatch?> WriteAsync(
        RecipientGroup recipientGroup, IReadOnlyList<MailboxEntry> entries, IReadOnlyDictionary<string, string> down, CancellationToken cancellationToken) =>
        await DecideAsync(entries, down, cancellationToken) is { Count: > 0 } told ? await composer.WriteAsync(recipientGroup, told) : null;

    private async Task<IReadOnlyCollection<PendingAlert>> DecideAsync(IReadOnlyList<MailboxEntry> entries, IReadOnlyDictionary<string, string> down, CancellationToken cancellationToken)
    {
        var decided = new Decided();
        await OutcomeRecorder.ForEachAsync(entries.Take(MostMembers), entry => TryDecideAsync(entry, decided, down, cancellationToken), cancellationToken);
        await mailboxes.RemoveAsync(decided.Over, cancellationToken);
        await mailboxes.NoteAsync(decided.Waiting, cancellationToken);
        return decided.Told;
    }

    /// <summary>An entry on which nothing can be decided stays, and does not stop the others.</summary>
    private async Task TryDecideAsync(MailboxEntry entry, Decided decided, IReadOnlyDictionary<string, string> down, CancellationToken cancellationToken)
    {
        try
        {
            await DecideAsync(entry, decided, down, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotDecided(logger, failure, entry.AlertId, entry.LeadId);
        }
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
                await outcomes.RecordAsync(entry, end.Fate, end.Why);
                decided.Over.Add(entry);
                break;
            case AlertCourse.Inhibit inhibit:
                await outcomes.RecordAsync(entry, AlertOutcome.Inhibited, inhibit.Why);
                decided.Waiting.Add(entry with { Noted = AlertOutcome.Inhibited, WaitsFor = inhibit.Connector });
                break;
            case var other:
                throw new InvalidOperationException($"Unknown course {other}.");
        }
    }

    /// <summary>What was decided of entries.</summary>
    private sealed class Decided
    {
        public ConcurrentBag<PendingAlert> Told { get; } = [];

        public ConcurrentBag<MailboxEntry> Over { get; } = [];

        public ConcurrentBag<MailboxEntry> Waiting { get; } = [];
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Alert {AlertId} of lead {LeadId} could not be looked at; the next sweep tries again.")]
        public static partial void NotDecided(ILogger logger, Exception failure, string alertId, LeadId leadId);
    }
}
