using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Detection;

/// <summary>Changes of a lead's ledger that publish nothing and move no deadline.</summary>
internal static class LedgerChanges
{
    /// <summary>Saves what <paramref name="change"/> makes of the ledger; nothing where it is the same.</summary>
    /// <returns>The state after it; null for a lead of which nothing is stored, or that was erased.</returns>
    public static Task<JourneyState?> SettleAsync(this JourneyFlow journeys, LeadId leadId, Func<JourneyLedger, JourneyLedger> change, CancellationToken cancellationToken) => journeys.UpdateAsync(
        leadId, state => change(state.Ledger) is var changed && ReferenceEquals(changed, state.Ledger) ? null : new(state with { Ledger = changed }, []), cancellationToken);
}
