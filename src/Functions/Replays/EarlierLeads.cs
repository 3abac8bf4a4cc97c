using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Replays;

/// <summary>The live leads as they were before a replay's range: with the facts that the replay does not say again.</summary>
internal sealed class EarlierLeads(
    JourneyStore journeys, JourneyReader reader, IdentityStore identities, RecordLinkStore recordLinks, ReplayRange range) : IEarlierLeads
{
    public async Task<EarlierLead?> FindAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var live = (await journeys.LoadAsync(leadId, cancellationToken)).State;
        if (live.Ledger.ErasedAt is not null)
        {
            return new(new() { ErasedAt = live.Ledger.ErasedAt }, live.Facts.Clear(), []);
        }

        if (live.Ledger.MergedInto is not null)
        {
            var survivor = (await reader.FollowAsync(leadId, cancellationToken)).State;
            return survivor.Ledger.ErasedAt is not null || Knows(survivor, leadId)
                ? new(new() { MergedInto = survivor.LeadId }, live.Facts.Clear(), [])
                : null;
        }

        var facts = ReplayRules.Earlier(live.Facts, range);
        return facts.IsEmpty ? null : new(new(), facts, await recordLinks.TakenAsync(leadId, cancellationToken));
    }

    public async Task<KeyOwner> LookUpAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        var owner = await identities.LookUpAsync(key, cancellationToken);
        if (owner.Lead is not { } lead)
        {
            return owner;
        }

        var live = (await reader.FollowAsync(lead, cancellationToken)).State;
        return live.Ledger.ErasedAt is not null ? new(null, true)
            : Knows(live, key) ? new(live.LeadId, false)
            : default;
    }

    public async Task<IReadOnlyList<LeadId>> FindByDealAsync(IdentityKey deal, CancellationToken cancellationToken)
    {
        var leads = new List<LeadId>();
        foreach (var lead in await identities.FindByDealAsync(deal, cancellationToken))
        {
            var live = (await reader.FollowAsync(lead, cancellationToken)).State;
            if (Knows(live, deal))
            {
                leads.Add(live.LeadId);
            }
        }

        return [.. leads.Distinct()];
    }

    private bool Knows(JourneyState live, IdentityKey key) => FactKeys.Of(ReplayRules.Earlier(live.Facts, range).Values).Contains(key);

    /// <summary>Whether an id was the lead's before the range: by one of its records, or by a merge.</summary>
    private bool Knows(JourneyState live, LeadId leadId)
    {
        var facts = ReplayRules.Earlier(live.Facts, range).Values;
        return facts.OfType<LeadsMerged>().Any(fact => fact.Merged == leadId)
            || FactKeys.Of(facts).Any(key => identities.Keys.IsFirstKey(key, leadId));
    }
}
