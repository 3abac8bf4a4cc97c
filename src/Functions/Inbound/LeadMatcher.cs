using IntegrationHub.Connectors.Common;
using IntegrationHub.Funnel;
using IntegrationHub.Functions.Journeys;

namespace IntegrationHub.Functions.Inbound;

/// <summary>Whose an event is.</summary>
/// <param name="Leads">The leads; none when nobody can be told.</param>
/// <param name="Earlier">Facts of the event's deal that came before its people were known.</param>
public sealed record LeadMatch(IReadOnlyList<LeadId> Leads, IReadOnlyList<Fact> Earlier);

/// <summary>
/// Finds the leads an event is about, and makes the lead of a person met for the first time. Stable ids count before e-mail addresses; a key that leads elsewhere already stays there.
/// </summary>
public sealed class LeadMatcher(IdentityStore identities, ParkedStore parked)
{
    /// <summary>Finds or makes the leads of an event.</summary>
    public async Task<LeadMatch> MatchAsync(SourceEvent source, string connector, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.DealId is not { } dealId)
        {
            return await MatchPersonAsync(source.HubLeadId, KeysOf(source), cancellationToken) is { } lead ? new([lead], []) : new([], []);
        }

        var deal = IdentityKey.Deal(connector, dealId);
        var people = await MatchPeopleOfDealAsync(source, cancellationToken);
        var known = await identities.FindByDealAsync(deal, cancellationToken);
        var joining = people.Except(known).ToList();
        foreach (var lead in joining)
        {
            await identities.LinkAsync(lead, deal, cancellationToken);
        }

        var earlier = joining.Count > 0 ? await parked.WaitingAsync(deal, cancellationToken) : [];
        return new([.. known.Union(people)], earlier);
    }

    /// <summary>A deal's people are several persons, each with one record; anybody else's keys are one person's.</summary>
    private async Task<IReadOnlyList<LeadId>> MatchPeopleOfDealAsync(SourceEvent source, CancellationToken cancellationToken)
    {
        if (source.People.IsEmpty)
        {
            return await MatchPersonAsync(source.HubLeadId, KeysOf(source), cancellationToken) is { } only ? [only] : [];
        }

        var leads = new List<LeadId>();
        foreach (var person in source.People)
        {
            var keys = source.People.Length == 1 ? KeysOf(source) : [person];
            leads.Add((await MatchPersonAsync(null, keys, cancellationToken))!);
        }

        return [.. leads.Distinct()];
    }

    private async Task<LeadId?> MatchPersonAsync(LeadId? hubLeadId, IReadOnlyList<IdentityKey> keys, CancellationToken cancellationToken)
    {
        var lead = hubLeadId;
        foreach (var key in keys)
        {
            lead ??= await identities.FindAsync(key, cancellationToken);
        }

        if (lead is null && keys.Count > 0)
        {
            // Two workers who meet the same person at once make the same id, or the second is told of the first.
            lead = await identities.LinkAsync(LeadId.For(keys[0]), keys[0], cancellationToken);
        }

        if (lead is not null)
        {
            await identities.LinkAsync(lead, keys, cancellationToken);
        }

        return lead;
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
