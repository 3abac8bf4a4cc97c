using System.Text.Json;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Leads;

/// <summary>Everything that is stored about a person, for the person.</summary>
/// <param name="Identities">The records and addresses by which the hub knows them.</param>
/// <param name="Profile">What the tools say about them, put together.</param>
/// <param name="Facts">What each tool said, unchanged.</param>
/// <param name="Ledger">What the hub did: handoffs, alerts, silences, writes.</param>
/// <param name="Elsewhere">Deliveries that name them and wait for an operator or an answer, by where they are.</param>
internal sealed record LeadExport(
    LeadId LeadId,
    DateTimeOffset ExportedAt,
    IReadOnlyList<IdentityKey> Identities,
    LeadProfile Profile,
    ConsentState EmailConsent,
    FunnelStage Stage,
    JsonElement Facts,
    JsonElement Ledger,
    IReadOnlyList<string> Elsewhere) : IShowsLeads
{
    IEnumerable<LeadId> IShowsLeads.Leads => [LeadId];
}
