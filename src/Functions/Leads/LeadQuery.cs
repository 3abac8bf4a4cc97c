using System.Diagnostics.CodeAnalysis;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Leads;

/// <summary>Reads leads in the form that the API shows.</summary>
internal sealed class LeadQuery(
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

    /// <summary>Returns the lead of a key with a page of its history; null when the key is unknown.</summary>
    public async Task<LeadPage<LeadView>?> FindAsync(IdentityKey key, LeadPageRequest page, CancellationToken cancellationToken) =>
        await identities.FindAsync(key, cancellationToken) is { } leadId ? await FindAsync(leadId, page, cancellationToken) : null;

    /// <summary>Returns a lead with a page of its history; null when the id is unknown.</summary>
    public async Task<LeadPage<LeadView>?> FindAsync(LeadId leadId, LeadPageRequest page, CancellationToken cancellationToken)
    {
        if (await journeys.LoadAsync(leadId, cancellationToken) is not { Facts.IsEmpty: false } state)
        {
            return null;
        }

        List<Fact> facts = [.. state.Facts.Values.OrderBy(fact => fact.OccurredAt).ThenBy(fact => fact.DedupeKey, StringComparer.Ordinal)];
        var history = TimePages.Cut(facts, fact => fact.OccurredAt, page.After, page.Top);
        var journey = JourneyFold.Fold(state.LeadId, facts, settings);
        return new(LeadView.Of(state, journey, history.Items, settings, time.GetUtcNow()), history.Next);
    }

    /// <summary>Explains by a page of steps how a lead came to its stage; null when the id is unknown.</summary>
    public async Task<LeadPage<WhyView>?> ExplainAsync(LeadId leadId, LeadPageRequest page, CancellationToken cancellationToken)
    {
        if (await journeys.LoadAsync(leadId, cancellationToken) is not { Facts.IsEmpty: false } state)
        {
            return null;
        }

        var explanation = JourneyExplanation.Of(state.LeadId, state.Facts.Values, settings);
        var why = WhyView.Of(explanation, state.Ledger, settings, identities.Keys);
        var steps = TimePages.Cut(why.Steps, step => step.At, page.After, page.Top);
        return new(why with { Steps = steps.Items, NotMoved = page.After is null ? why.NotMoved : [] }, steps.Next);
    }
}
