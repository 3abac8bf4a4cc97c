using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>Finds where people see a lead in their tool.</summary>
internal static class LeadRecord
{
    /// <summary>Returns the link of the latest handoff, else the tool's own, http and https only; null for none.</summary>
    public static Uri? UrlOf(JourneyLedger ledger, Journey journey, ConnectorSet connectors) => ledger.Handoffs
        .Reverse()
        .Select(handoff => Uri.TryCreate(handoff.RecordUrl, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" ? url : null)
        .Concat(connectors.LinksTo(journey).Select(link => link.Url))
        .FirstOrDefault(url => url is not null);
}
