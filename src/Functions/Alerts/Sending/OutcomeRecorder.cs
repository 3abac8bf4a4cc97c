using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Records the outcomes of alerts in the leads' ledgers.</summary>
internal sealed class OutcomeRecorder(
    JourneyFlow journeys, MailboxStore mailboxes, FunnelSettings settings, HubMetrics metrics, TimeProvider clock)
{
    private const int LeadsAtOnce = 16;

    /// <summary>Records one outcome for all entries, several leads concurrently.</summary>
    internal Task RecordAllAsync(
        IEnumerable<MailboxEntry> entries, AlertOutcome outcome, Func<MailboxEntry, string?> why, CancellationToken cancellationToken) =>
        ForEachAsync(entries, entry => RecordAsync(entry, outcome, why(entry)), cancellationToken);

    /// <summary>Records the outcome of an entry. It runs without a token, because the outcome of a
    /// sent mail must be stored.</summary>
    /// <param name="why">The reason, without personal data; null for none.</param>
    public async Task RecordAsync(MailboxEntry entry, AlertOutcome outcome, string? why)
    {
        if (entry.Kind == MailboxKind.Resolved)
        {
            if (outcome is AlertOutcome.Sent or AlertOutcome.Grouped)
            {
                await journeys.SettleAsync(
                    entry.LeadId, ledger => AlertRules.SettleResolved(ledger, entry.AlertId, entry.RecipientGroup), CancellationToken.None);
            }

            return;
        }

        var state = await journeys.SettleAsync(
            entry.LeadId, ledger =>
                AlertRules.Settle(ledger, entry.AlertId, entry.RecipientGroup, outcome, why, clock.GetUtcNow()), CancellationToken.None);
        if (state is not null && AlertRules.IsNotifiedTooLate(state, entry, settings))
        {
            await mailboxes.PutAsync(entry with { Kind = MailboxKind.Resolved, WaitsFor = null }, CancellationToken.None);
        }

        metrics.Alerted(outcome);
    }

    internal static Task ForEachAsync(
        IEnumerable<MailboxEntry> entries, Func<MailboxEntry, Task> run, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            entries, new ParallelOptions { MaxDegreeOfParallelism = LeadsAtOnce, CancellationToken = cancellationToken },
            async (entry, _) => await run(entry));
}
