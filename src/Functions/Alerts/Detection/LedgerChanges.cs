using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Detection;

/// <summary>Changes a lead's ledger without events and deadlines.</summary>
internal static class LedgerChanges
{
    /// <summary>Saves a changed ledger. A no-op when it is the same.</summary>
    /// <returns>The new state; null for an unknown or erased lead.</returns>
    public static Task<JourneyState?> SettleAsync(
        this JourneyFlow journeys, LeadId leadId, Func<JourneyLedger, JourneyLedger> change, CancellationToken cancellationToken) =>
        journeys.UpdateAsync(
        leadId, state =>
            change(state.Ledger) is var changed && ReferenceEquals(changed, state.Ledger)
                ? null : new(state with { Ledger = changed }, []), cancellationToken);
}
