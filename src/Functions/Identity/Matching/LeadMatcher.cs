using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Matching;

/// <summary>Finds the leads an event is about: its people, and whoever its deal leads to.</summary>
public sealed class LeadMatcher(PersonMatcher persons, IdentityStore identities, ParkedStore parked, ConnectorSet connectors, TimeProvider clock)
{
    /// <summary>Finds or makes the leads of an event.</summary>
    /// <param name="source">The event.</param>
    /// <param name="delivery">The delivery that told it.</param>
    /// <param name="messageId">The message that brought it.</param>
    /// <param name="lookups">What the delivery has asked of keys so far.</param>
    /// <param name="again">Whether an earlier attempt may have linked a deal's people without their getting the deal's earlier facts.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    public async Task<LeadMatch> MatchAsync(SourceEvent source, Delivery delivery, string messageId, KeyLookups lookups, bool again, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(delivery);
        if (source.OnlyIfKnown && !await IsKnownAsync(source, lookups, cancellationToken))
        {
            return new([], []);
        }

        var people = await WithEarlierAsync(await MatchPeopleAsync(source, delivery, messageId, lookups, again, cancellationToken), cancellationToken);
        if (source.DealId is not { } dealId || people.Question is not null)
        {
            return people;
        }

        var deal = IdentityKey.Deal(delivery.Connector, dealId);
        if (source is { Kind: SourceEventKind.AssociationChanged, DealStatus: DealStatus.Deleted })
        {
            // Whoever left hears that it is over for them, and of what becomes of the deal no more.
            await Task.WhenAll(people.Leads.Select(person => identities.UnlinkAsync(person.LeadId, deal, cancellationToken)));
            return people;
        }

        var known = await identities.FindByDealAsync(deal, cancellationToken);
        var joining = people.Leads.Where(person => !known.Contains(person.LeadId)).ToList();
        foreach (var person in joining)
        {
            await identities.LinkAsync(person.LeadId, deal, cancellationToken);
        }

        // Who joins or leaves a deal changes it for nobody else.
        var concerned = source.Kind == SourceEventKind.AssociationChanged ? [] : known;
        var others = concerned.Where(lead => people.Leads.All(person => person.LeadId != lead)).Select(lead => new MatchedLead(lead, []));
        var earlier = joining.Count > 0 || again ? await parked.WaitingAsync(deal, cancellationToken) : [];
        return people with { Leads = [.. people.Leads, .. others], Earlier = earlier };
    }

    /// <summary>Whether a person is known by any of their records or addresses.</summary>
    private static async Task<bool> IsKnownAsync(SourceEvent source, KeyLookups lookups, CancellationToken cancellationToken)
    {
        var owners = await lookups.LookUpAsync(source.People.Concat(source.Merged).Concat(AddressesOf(source)), cancellationToken);
        return owners.Values.Any(owner => owner.Erased || owner.Lead is not null);
    }

    /// <summary>
    /// Keeps the facts of a deal that leads to nobody for the people to come, and tells who joined it meanwhile: they looked for earlier facts before these were there to be found.
    /// </summary>
    public async Task<IReadOnlyList<LeadId>> WaitAsync(IdentityKey deal, IReadOnlyList<Fact> facts, CancellationToken cancellationToken)
    {
        await Task.WhenAll(facts.Select(fact => parked.WaitAsync(deal, fact, cancellationToken)));
        return await identities.FindByDealAsync(deal, cancellationToken);
    }

    /// <summary>Keeps the facts of an activity whose person is not known for the person to come. Returns the person's lead where it was made meanwhile; null otherwise.</summary>
    public async Task<LeadId?> WaitForPersonAsync(IdentityKey person, IReadOnlyList<Fact> facts, CancellationToken cancellationToken)
    {
        await Task.WhenAll(facts.Select(fact => parked.WaitForPersonAsync(person, fact, cancellationToken)));
        return await identities.FindAsync(person, cancellationToken);
    }

    private async Task<LeadMatch> WithEarlierAsync(LeadMatch match, CancellationToken cancellationToken) =>
        match with { Leads = await Task.WhenAll(match.Leads.Select(async lead => lead with { Earlier = await EarlierAsync(lead.Met, cancellationToken) })) };

    /// <summary>What waits for records that are met. Only a tool that is polled for activities says them before it says whose they are.</summary>
    public async Task<IReadOnlyList<Fact>> EarlierAsync(IEnumerable<IdentityKey> met, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(met);
        var earlier = new List<Fact>();
        foreach (var record in met.Where(record => connectors.Find<IPollSource>(record.Connector) is not null))
        {
            earlier.AddRange(await parked.WaitingForPersonAsync(record, cancellationToken));
        }

        return earlier;
    }

    /// <summary>The people of a deal are several persons with a record each; any other event's keys are all one person's.</summary>
    private async Task<LeadMatch> MatchPeopleAsync(SourceEvent source, Delivery delivery, string messageId, KeyLookups lookups, bool again, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var because = MergeCause.Of(delivery.Connector, source.Side, source.OccurredAt ?? delivery.ReceivedAt, delivery.ReceivedAt, messageId, MergeCause.Tool);
        var whole = new PersonToMatch(delivery.Connector, source.HubLeadId, [.. source.People.Concat(source.Merged).Distinct()], AddressesOf(source), HeldBy(source), GoneOf(source), because, now, lookups, again);
        if (source.DealId is null || source.People.Length <= 1)
        {
            return await persons.MatchAsync(whole, cancellationToken);
        }

        var people = new LeadMatch([], []);
        foreach (var record in source.People)
        {
            var person = await persons.MatchAsync(whole with { HubLeadId = null, Records = [record], Addresses = [], Held = [] }, cancellationToken);
            people = people with { Leads = [.. people.Leads.Concat(person.Leads).DistinctBy(lead => lead.LeadId)], Erased = people.Erased || person.Erased };
        }

        return people;
    }

    private static IReadOnlyList<IdentityKey> AddressesOf(SourceEvent source) =>
        [.. source.FurtherEmails.Prepend(source.PreviousEmail).Prepend(source.SubjectEmail)
            .Select(address => EmailAddress.TryParse(address, out var email) ? IdentityKey.Email(email) : null).OfType<IdentityKey>().Distinct()];

    /// <summary>The addresses that an event says its person has now.</summary>
    private static IReadOnlyList<IdentityKey> HeldBy(SourceEvent source) =>
        source is { DealId: null, People: not [] }
            ? [.. source.FurtherEmails.Prepend(source.SubjectEmail).Select(address => EmailAddress.TryParse(address, out var email) ? IdentityKey.Email(email) : null).OfType<IdentityKey>().Distinct()]
            : [];

    /// <summary>The records that are no more once the event has happened.</summary>
    private static IReadOnlyList<IdentityKey> GoneOf(SourceEvent source) => source.Kind == SourceEventKind.ContactDeleted ? source.People : source.Merged;
}
