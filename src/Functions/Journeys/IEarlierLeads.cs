using System.Collections.Immutable;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>The leads of other tables, which a replay starts from. What the own tables lack is copied from here when it is
/// asked for.</summary>
internal interface IEarlierLeads
{
    /// <summary>Returns a lead; null for an unknown one.</summary>
    Task<EarlierLead?> FindAsync(LeadId leadId, CancellationToken cancellationToken);

    /// <summary>Returns the owner of an address.</summary>
    Task<KeyOwner> LookUpAsync(IdentityKey key, CancellationToken cancellationToken);

    /// <summary>Returns the leads of a deal.</summary>
    Task<IReadOnlyList<LeadId>> FindByDealAsync(IdentityKey deal, CancellationToken cancellationToken);
}

/// <summary>A lead to start from.</summary>
internal sealed record EarlierLead(
    JourneyLedger Ledger, ImmutableDictionary<string, Fact> Facts, IReadOnlyList<RecordLink> RecordLinks);
