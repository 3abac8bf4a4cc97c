using IntegrationHub.Connectors.Common;
using IntegrationHub.Funnel;
using IntegrationHub.Functions.Journeys;

namespace IntegrationHub.Functions.Inbound;

/// <summary>One of the leads an event is about.</summary>
/// <param name="LeadId">The lead.</param>
/// <param name="Keys">The keys the event names this person by; none where only its deal led here.</param>
public sealed record MatchedLead(LeadId LeadId, IReadOnlyList<IdentityKey> Keys);

/// <summary>Whose an event is.</summary>
/// <param name="Leads">The leads; none when nobody can be told.</param>
/// <param name="Earlier">Facts of the event's deal that came before its people were known.</param>
public sealed record LeadMatch(IReadOnlyList<MatchedLead> Leads, IReadOnlyList<Fact> Earlier);

/// <summary>
/// Finds the leads an event is about, and makes the lead of a person met for the first time. Stable ids count before e-mail addresses; a key that leads elsewhere already stays there.
/// </summary>
public sealed class LeadMatcher(IdentityStore identities, ParkedStore parked)
{
    /// <summary>Finds or makes the leads of an event.</summary>
    /// <param name="source">The event.</param>
    /// <param name="connector">Who told it.</param>
    /// <param name="again">Whether an earlier attempt may have linked a deal's people without their getting the deal's earlier facts.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    public async Task<LeadMatch> MatchAsync(SourceEvent source, string connector, bool again, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        var people = await MatchPeopleAsync(source, cancellationToken);
        if (source.DealId is not { } dealId)
        {
            return new(people, []);
        }

        var deal = IdentityKey.Deal(connector, dealId);
        var known = await identities.FindByDealAsync(deal, cancellationToken);
        var joining = people.Where(person => !known.Contains(person.LeadId)).ToList();
        foreach (var person in joining)
        {
            await identities.LinkAsync(person.LeadId, deal, cancellationToken);
        }

        // Who joins or leaves a deal changes it for nobody else.
        var concerned = source.Kind == SourceEventKind.AssociationChanged ? [] : known;
        var others = concerned.Where(lead => people.All(person => person.LeadId != lead)).Select(lead => new MatchedLead(lead, []));
        var earlier = joining.Count > 0 || again ? await parked.WaitingAsync(deal, cancellationToken) : [];
        return new([.. people, .. others], earlier);
    }

    /// <summary>
    /// Keeps the facts of a deal that leads to nobody for the people to come, and tells who joined it meanwhile: they looked for earlier facts before these were there to be found.
    /// </summary>
    public async Task<IReadOnlyList<LeadId>> WaitAsync(IdentityKey deal, IReadOnlyList<Fact> facts, CancellationToken cancellationToken)
    {
        await Task.WhenAll(facts.Select(fact => parked.WaitAsync(deal, fact, cancellationToken)));
        return await identities.FindByDealAsync(deal, cancellationToken);
    }

    /// <summary>The people of a deal are several persons with a record each; any other event's keys are all one person's.</summary>
    private async Task<List<MatchedLead>> MatchPeopleAsync(SourceEvent source, CancellationToken cancellationToken)
    {
        if (source.DealId is null || source.People.Length <= 1)
        {
            return await MatchPersonAsync(source.HubLeadId, KeysOf(source), cancellationToken) is { } only ? [only] : [];
        }

        var people = new List<MatchedLead>();
        foreach (var record in source.People)
        {
            if (await MatchPersonAsync(null, [record], cancellationToken) is { } person && people.All(other => other.LeadId != person.LeadId))
            {
                people.Add(person);
            }
        }

        return people;
    }

    private async Task<MatchedLead?> MatchPersonAsync(LeadId? hubLeadId, IReadOnlyList<IdentityKey> keys, CancellationToken cancellationToken)
    {
        var lead = hubLeadId;
        foreach (var key in keys)
        {
            lead ??= await identities.FindAsync(key, cancellationToken);
        }

        if (lead is null && keys.Count > 0)
        {
            // Two workers who meet the same person at once make the same id, or the second is told of the first: by the address where there is one, for that is what two tools have in common.
            var common = keys.FirstOrDefault(key => key.Kind == IdentityKind.Email) ?? keys[0];
            lead = await identities.LinkAsync(LeadId.For(keys[0]), common, cancellationToken);
        }

        return lead is null ? null : new(lead, await LinkAsync(lead, keys, cancellationToken));
    }

    /// <summary>Links keys to a lead, and tells which of them are the lead's.</summary>
    private async Task<List<IdentityKey>> LinkAsync(LeadId lead, IReadOnlyList<IdentityKey> keys, CancellationToken cancellationToken)
    {
        var own = new List<IdentityKey>(keys.Count);
        foreach (var key in keys)
        {
            if (await identities.LinkAsync(lead, key, cancellationToken) == lead)
            {
                own.Add(key);
            }
        }

        return own;
    }

    private static List<IdentityKey> KeysOf(SourceEvent source)
    {
        List<IdentityKey> keys = [.. source.People];
        foreach (var address in new[] { source.SubjectEmail, source.PreviousEmail })
        {
            if (EmailAddress.TryParse(address, out var email))
            {
                keys.Add(IdentityKey.Email(email));
            }
        }

        return keys;
    }
}
