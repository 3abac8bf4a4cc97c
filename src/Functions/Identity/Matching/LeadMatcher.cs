using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Matching;

/// <summary>Finds the leads of an event: those of its people, and those that its deal leads to.</summary>
internal sealed class LeadMatcher(
    PersonMatcher persons, IdentityStore identities, ParkedStore parked, JourneyFlow journeys, ConnectorSet connectors,
    SharedAddresses shared, TimeProvider clock)
{
    /// <summary>Finds or creates the leads of an event.</summary>
    /// <param name="lookups">The key lookups of this delivery.</param>
    /// <param name="again">Whether an earlier attempt may have linked a deal's people without
    /// the deal's earlier facts.</param>
    public async Task<LeadMatch> MatchAsync(
        LeadEvent source, Delivery delivery, string messageId, KeyLookups lookups, bool again, CancellationToken cancellationToken)
    {
        var match = await FindAsync(source, delivery, messageId, lookups, again, cancellationToken);
        return match with { Shared = [.. DeliveryKeys.AddressesOf(source).Where(shared.Contains)] };
    }

    private async Task<LeadMatch> FindAsync(
        LeadEvent source, Delivery delivery, string messageId, KeyLookups lookups, bool again, CancellationToken cancellationToken)
    {
        if (source.OnlyIfKnown && !await IsKnownAsync(source, lookups, cancellationToken))
        {
            return new([], []);
        }

        var people = await WithEarlierAsync(
            await MatchPeopleAsync(source, delivery, messageId, lookups, again, cancellationToken), cancellationToken);
        if (source is not DealEvent { DealId: var dealId } || people.Question is not null)
        {
            return people;
        }

        var deal = IdentityKey.Deal(delivery.Connector, dealId);
        if (source is AssociationRemovedEvent)
        {
            // A person who left gets this event, but no later ones of the deal.
            await Task.WhenAll(people.Leads.Select(person => identities.UnlinkAsync(person.LeadId, deal, cancellationToken)));
            return people;
        }

        var known = await identities.FindByDealAsync(deal, cancellationToken);
        var joining = people.Leads.Where(person => !known.Contains(person.LeadId)).ToList();
        foreach (var person in joining)
        {
            await identities.LinkAsync(person.LeadId, deal, cancellationToken);
        }

        if (source is AssociationAddedEvent { RelationId: { } relation } joined)
        {
            await TakeOffAsync(relation, joined, known, people, delivery, messageId, cancellationToken);
        }

        // Joining or leaving a deal changes it for nobody else.
        var concerned = source is AssociationAddedEvent ? [] : known;
        var others = concerned.Where(lead => people.Leads.All(person => person.LeadId != lead)).Select(lead => new MatchedLead(lead, []));
        var earlier = joining.Count > 0 || again ? await parked.WaitingAsync(deal, cancellationToken) : [];
        return people with { Leads = [.. people.Leads, .. others], Earlier = earlier };
    }

    /// <summary>
    /// Takes the former person off a deal when their relation to it is another person's now. The lead is changed first, so
    /// a repeat after a crash still finds it.
    /// </summary>
    private async Task TakeOffAsync(
        string relation,
        AssociationAddedEvent source,
        IReadOnlyList<LeadId> known,
        LeadMatch present,
        Delivery delivery,
        string messageId,
        CancellationToken cancellationToken)
    {
        var gone = new AssociationRemovedEvent(source) { DealId = source.DealId, DedupeKey = $"{source.DedupeKey}|passed on" };
        foreach (var lead in known)
        {
            if (await journeys.LoadAsync(lead, cancellationToken) is { } state
                && present.Leads.All(person => person.LeadId != state.LeadId)
                && IsOnBy(relation, source.DealId, state))
            {
                await journeys.ApplyAsync(
                    lead, FactMapper.ToFacts(gone, delivery.Connector, delivery.ReceivedAt, messageId), cancellationToken);
                await identities.UnlinkAsync(lead, IdentityKey.Deal(delivery.Connector, source.DealId), cancellationToken);
            }
        }
    }

    /// <summary>Whether the lead's last fact about a deal by a relation says that it is on the deal.</summary>
    private static bool IsOnBy(string relation, string deal, JourneyState state)
    {
        var summed = state.Facts.Values.OfType<FactsSummed>().SelectMany(sum => sum.Deals)
            .Select(known => (known.Deal.Id, known.Key, At: known.ChangedAt, IsGone: known.Deal.Status == DealStatus.Deleted));
        var last = state.Facts.Values.OfType<DealChanged>()
            .Select(change => (Id: change.DealId, Key: change.DedupeKey, At: change.OccurredAt,
                IsGone: change.Status == DealStatus.Deleted))
            .Concat(summed)
            .Where(change => change.Id == deal && change.Key.Contains($"|{relation}", StringComparison.Ordinal))
            .OrderBy(change => change.At)
            .LastOrDefault((Id: deal, Key: "", At: default, IsGone: true));
        return !last.IsGone;
    }

    /// <summary>Whether a person is known by any of their records or addresses.</summary>
    private async Task<bool> IsKnownAsync(LeadEvent source, KeyLookups lookups, CancellationToken cancellationToken)
    {
        var owners = await lookups.LookUpAsync(shared.Without(DeliveryKeys.Of(source)), cancellationToken);
        return owners.Values.Any(owner => owner.Erased || owner.Lead is not null);
    }

    /// <summary>Parks the facts of a deal without people. Returns who joined it meanwhile, because they may
    /// have missed these facts.</summary>
    public async Task<IReadOnlyList<LeadId>> WaitAsync(IdentityKey deal, IReadOnlyList<Fact> facts, CancellationToken cancellationToken)
    {
        await Task.WhenAll(facts.Select(fact => parked.WaitAsync(deal, fact, cancellationToken)));
        return await identities.FindByDealAsync(deal, cancellationToken);
    }

    /// <summary>Parks the facts of an activity whose person is unknown. Returns the person's lead if it was created
    /// meanwhile; null otherwise.</summary>
    public async Task<LeadId?> WaitForPersonAsync(IdentityKey person, IReadOnlyList<Fact> facts, CancellationToken cancellationToken)
    {
        await Task.WhenAll(facts.Select(fact => parked.WaitForPersonAsync(person, fact, cancellationToken)));
        return await identities.FindAsync(person, cancellationToken);
    }

    private async Task<LeadMatch> WithEarlierAsync(LeadMatch match, CancellationToken cancellationToken) => match with
    {
        Leads = await Task.WhenAll(match.Leads.Select(
            async lead => lead with { Earlier = await EarlierAsync(lead.Met, cancellationToken) })),
    };

    /// <summary>Returns the parked facts of records. Only polled activities arrive before their person.</summary>
    public async Task<IReadOnlyList<Fact>> EarlierAsync(IEnumerable<IdentityKey> met, CancellationToken cancellationToken)
    {
        var earlier = new List<Fact>();
        foreach (var record in met.Where(record => connectors.Find<IPollSource>(record.Connector) is not null))
        {
            earlier.AddRange(await parked.WaitingForPersonAsync(record, cancellationToken));
        }

        return earlier;
    }

    /// <summary>Matches the people of an event. A deal's people are several persons; the keys of any other
    /// event are one person's.</summary>
    private async Task<LeadMatch> MatchPeopleAsync(
        LeadEvent source, Delivery delivery, string messageId, KeyLookups lookups, bool again, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var because = MergeCause.Of(
            delivery.Connector, source.Side, source.OccurredAt ?? delivery.ReceivedAt, delivery.ReceivedAt, messageId, MergeCause.Tool);
        var whole = new PersonToMatch(
            delivery.Connector, source.HubLeadId, [.. source.People.Concat(DeliveryKeys.MergedBy(source)).Distinct()],
            shared.Without(DeliveryKeys.AddressesOf(source)), shared.Without(DeliveryKeys.HeldBy(source)), GoneOf(source),
            because, now, lookups, again);
        if (source is not DealEvent || source.People.Length <= 1)
        {
            return await persons.MatchAsync(whole, cancellationToken);
        }

        var people = new LeadMatch([], []);
        foreach (var record in source.People)
        {
            var person = await persons.MatchAsync(
                whole with { HubLeadId = null, Records = [record], Addresses = [], Held = [] }, cancellationToken);
            people = people with
            {
                Leads = [.. people.Leads.Concat(person.Leads).DistinctBy(lead => lead.LeadId)],
                Erased = people.Erased || person.Erased,
            };
        }

        return people;
    }

    /// <summary>Returns the records that an event deletes or merges.</summary>
    private static IReadOnlyList<IdentityKey> GoneOf(LeadEvent source) =>
        source is ContactDeletedEvent ? source.People : DeliveryKeys.MergedBy(source);
}
