using System.Diagnostics.CodeAnalysis;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Leads;

/// <summary>Reads leads in the form that the API shows.</summary>
public sealed class LeadQuery(
    JourneyFlow journeys, IdentityStore identities, ConnectorSet connectors, FunnelSettings settings, TimeProvider time)
{
    /// <summary>Reads the key asked for: an e-mail address, or a connector and a record id.</summary>
    /// <returns>False with a fault when the query names neither.</returns>
    public bool TryReadKey(
        string? email, string? connector, string? id, [NotNullWhen(true)] out IdentityKey? key, [NotNullWhen(false)] out string? fault)
    {
        (key, fault) = (null, null);
        if (EmailAddress.TryParse(email, out var address))
        {
            key = IdentityKey.Email(address);
        }
        else if (!string.IsNullOrWhiteSpace(connector) && !string.IsNullOrWhiteSpace(id))
        {
            var name = connector.Trim().ToLowerInvariant();
            key = IdentityKey.Person(name, connectors.Find<IConnector>(name)?.NormaliseId(id) ?? CopiedId.Clean(id));
        }
        else
        {
            fault = string.IsNullOrWhiteSpace(email)
                ? "Name the person by email, or by connector and id: in the body of POST /api/leads/find, "
                    + "or as ?email=… or ?connector=…&id=…."
                : "The value of email is not a valid e-mail address.";
        }

        return key is not null;
    }

    /// <summary>Returns the lead of a key; null when the key is unknown.</summary>
    public async Task<LeadView?> FindAsync(IdentityKey key, CancellationToken cancellationToken) =>
        await identities.FindAsync(key, cancellationToken) is { } leadId ? await FindAsync(leadId, cancellationToken) : null;

    /// <summary>Returns a lead; null when the id is unknown.</summary>
    public async Task<LeadView?> FindAsync(LeadId leadId, CancellationToken cancellationToken) =>
        await journeys.LoadAsync(leadId, cancellationToken) is { Facts.IsEmpty: false } state
            ? LeadView.Of(state, JourneyFold.Fold(state.LeadId, state.Facts.Values, settings), settings, time.GetUtcNow())
            : null;

    /// <summary>Explains how a lead came to its stage; null when the id is unknown.</summary>
    public async Task<WhyView?> ExplainAsync(LeadId leadId, CancellationToken cancellationToken) =>
        await journeys.LoadAsync(leadId, cancellationToken) is { Facts.IsEmpty: false } state
            ? WhyView.Of(JourneyExplanation.Of(state.LeadId, state.Facts.Values, settings), state.Ledger, settings, identities.Keys)
            : null;
}
