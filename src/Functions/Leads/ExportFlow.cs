using System.Text.Json;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Leads;

/// <summary>Collects everything that is stored about a person.</summary>
internal sealed class ExportFlow(
    JourneyFlow journeys, IEnumerable<IErasableByKey> stores, FunnelSettings settings, TimeProvider clock)
{
    /// <summary>Returns the export of a lead; null for an unknown or hidden one.</summary>
    public async Task<LeadExport?> ExportAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        if (await journeys.LoadAsync(leadId, cancellationToken) is not { Facts.IsEmpty: false } state)
        {
            return null;
        }

        var journey = JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);
        var elsewhere = new List<string>();
        foreach (var key in FactKeys.Of(state.Facts.Values).Where(key => key.Kind != IdentityKind.Deal))
        {
            foreach (var store in stores)
            {
                elsewhere.AddRange(await store.FindAsync(key, cancellationToken));
            }
        }

        return new(
            state.LeadId,
            clock.GetUtcNow(),
            [.. journey.Identities],
            journey.Profile,
            journey.EmailConsent,
            journey.Stage,
            JsonSerializer.SerializeToElement<IEnumerable<Fact>>(
                [.. state.Facts.Values.OrderBy(fact => fact.OccurredAt).ThenBy(fact => fact.DedupeKey, StringComparer.Ordinal)],
                HubJson.Options),
            JsonSerializer.SerializeToElement(state.Ledger, HubJson.Options),
            [.. elsewhere.Distinct().Order(StringComparer.Ordinal)]);
    }
}
