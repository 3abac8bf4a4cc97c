using System.Diagnostics.CodeAnalysis;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Looks leads up and shows them as the contract says.</summary>
public sealed class LeadQuery(JourneyFlow journeys, IdentityStore identities, FunnelSettings settings, TimeProvider time)
{
    /// <summary>Reads which key is asked for: an e-mail address alone, or a connector and an id.</summary>
    public static bool TryReadKey(string? email, string? connector, string? id, [NotNullWhen(true)] out IdentityKey? key)
    {
        key = EmailAddress.TryParse(email, out var address) ? IdentityKey.Email(address)
            : !string.IsNullOrWhiteSpace(connector) && !string.IsNullOrWhiteSpace(id) ? IdentityKey.Person(connector.ToLowerInvariant(), id)
            : null;
        return key is not null;
    }

    /// <summary>The lead of a key; null for none.</summary>
    public async Task<LeadView?> FindAsync(IdentityKey key, CancellationToken cancellationToken) =>
        await identities.FindAsync(key, cancellationToken) is { } leadId ? await FindAsync(leadId, cancellationToken) : null;

    /// <summary>A lead by its id; null for none.</summary>
    public async Task<LeadView?> FindAsync(LeadId leadId, CancellationToken cancellationToken) =>
        await journeys.LoadAsync(leadId, cancellationToken) is { Facts.IsEmpty: false } state
            ? LeadView.Of(state, JourneyFold.Fold(state.LeadId, state.Facts.Values, settings), settings, time.GetUtcNow())
            : null;

    /// <summary>Why a lead stands where it stands, by its id; null for none.</summary>
    public async Task<WhyView?> ExplainAsync(LeadId leadId, CancellationToken cancellationToken) =>
        await journeys.LoadAsync(leadId, cancellationToken) is { Facts.IsEmpty: false } state
            ? WhyView.Of(JourneyExplanation.Of(state.LeadId, state.Facts.Values, settings), state.Ledger, settings)
            : null;
}
