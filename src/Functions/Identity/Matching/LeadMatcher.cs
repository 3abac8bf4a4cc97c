using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Matching;

/// <summary>One of the leads an event is about.</summary>
/// <param name="LeadId">The lead.</param>
/// <param name="Keys">The keys the event names this person by; none where only its deal led here.</param>
public sealed record MatchedLead(LeadId LeadId, IReadOnlyList<IdentityKey> Keys);

/// <summary>Whose an event is.</summary>
/// <param name="Leads">The leads; none when nobody can be told.</param>
/// <param name="Earlier">Facts of the event's deal that came before its people were known.</param>
public sealed record LeadMatch(IReadOnlyList<MatchedLead> Leads, IReadOnlyList<Fact> Earlier)
{
    /// <summary>Gets the question that a person has to answer first; null where the hub can tell by itself.</summary>
    public Review? Question { get; init; }

    /// <summary>Gets a value indicating whether the event names a person who was erased.</summary>
    public bool Erased { get; init; }
}

/// <summary>
/// Finds the leads an event is about, and makes the lead of a person met for the first time. What a tool says in one event is one person: those leads are merged. A common address makes one of
/// two leads as well, unless a tool knows them as two; then a person is asked.
/// </summary>
public sealed class LeadMatcher(IdentityStore identities, RecordLinkStore recordLinks, ParkedStore parked, JourneyFlow journeys, ReviewStore reviews, ConnectorSet connectors, TimeProvider clock)
{
    private const int RoundsBeforeGivingUp = 20;

    /// <summary>Finds or makes the leads of an event.</summary>
    /// <param name="source">The event.</param>
    /// <param name="delivery">The delivery that told it.</param>
    /// <param name="messageId">The message that brought it.</param>
    /// <param name="again">Whether an earlier attempt may have linked a deal's people without their getting the deal's earlier facts.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    public async Task<LeadMatch> MatchAsync(SourceEvent source, Delivery delivery, string messageId, bool again, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(delivery);
        if (source.OnlyIfKnown && !await IsKnownAsync(source, cancellationToken))
        {
            return new([], []);
        }

        var people = await MatchPeopleAsync(source, delivery, messageId, cancellationToken);
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
    private async Task<bool> IsKnownAsync(SourceEvent source, CancellationToken cancellationToken)
    {
        var owners = await Task.WhenAll(source.People.Concat(source.Merged).Concat(AddressesOf(source)).Select(async key => await identities.LookUpAsync(key, cancellationToken)));
        return owners.Any(owner => owner.Erased || owner.Lead is not null);
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
    private async Task<LeadMatch> MatchPeopleAsync(SourceEvent source, Delivery delivery, string messageId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var because = MergeCause.Of(delivery.Connector, source.Side, source.OccurredAt ?? delivery.ReceivedAt, delivery.ReceivedAt, messageId, MergeCause.Tool);
        var whole = new Person(delivery.Connector, source.HubLeadId, [.. source.People.Concat(source.Merged).Distinct()], AddressesOf(source), GoneOf(source), because, now);
        if (source.DealId is null || source.People.Length <= 1)
        {
            return await MatchPersonAsync(whole, cancellationToken);
        }

        var people = new LeadMatch([], []);
        foreach (var record in source.People)
        {
            var person = await MatchPersonAsync(whole with { HubLeadId = null, Records = [record], Addresses = [] }, cancellationToken);
            people = people with { Leads = [.. people.Leads.Concat(person.Leads).DistinctBy(lead => lead.LeadId)], Erased = people.Erased || person.Erased };
        }

        return people;
    }

    /// <summary>Looks the keys up until what was found still holds when they have all been linked.</summary>
    private async Task<LeadMatch> MatchPersonAsync(Person person, CancellationToken cancellationToken)
    {
        if (person.HubLeadId is null && person.Keys.Count == 0)
        {
            return new([], []);
        }

        for (var round = 0; round < RoundsBeforeGivingUp; round++)
        {
            var owners = new Dictionary<IdentityKey, KeyOwner>();
            foreach (var key in person.Keys)
            {
                owners[key] = await identities.LookUpAsync(key, cancellationToken);
            }

            if (owners.Values.Any(owner => owner.Erased))
            {
                return new([], []) { Erased = true };
            }

            var found = await FindAsync(person, owners, cancellationToken);
            if (ReferenceEquals(found, Found.WasErased))
            {
                return new([], []) { Erased = true };
            }

            if (found.Question is { Decision: null } question)
            {
                return new([], []) { Question = question };
            }

            if (found.Lead is { } lead && await LinkAsync(lead, person, mayLackAddress: found.Question is not null, cancellationToken) is { } own)
            {
                return new([new(lead, own)], []);
            }
        }

        throw new InvalidOperationException("The keys of one event were linked elsewhere again and again while they were looked at. Try later.");
    }

    /// <summary>The lead of a person, new or merged of several; or the question whose lead it is; or neither, where somebody else was quicker.</summary>
    private async Task<Found> FindAsync(Person person, Dictionary<IdentityKey, KeyOwner> owners, CancellationToken cancellationToken)
    {
        List<LeadId> certain = [.. person.Records.Select(record => owners[record].Lead).Prepend(person.HubLeadId).OfType<LeadId>().Distinct()];
        List<LeadId> likely = [.. person.Addresses.Select(address => owners[address].Lead).OfType<LeadId>().Except(certain)];
        RecordLink[] unlinked = [.. person.Records.Except(person.Gone).Where(record => owners[record].Lead is null).Select(RecordLinkOf)];
        if (certain.Count + likely.Count > 1)
        {
            // Only now: which lead an id stands for need not be asked where there is one.
            if (certain.Count > 0)
            {
                if (await JoinAsync(certain, person.Because, cancellationToken) is not { } joined)
                {
                    return Found.WasErased;
                }

                certain = [joined];
            }

            likely = [.. (await ResolveAsync(likely, cancellationToken)).Except(certain)];
        }

        var found = (certain, likely) switch
        {
            ([], []) => await MakeAsync(person, unlinked, cancellationToken),
            ([var known], []) => await LinkRecordsAsync(known, unlinked, certain: true, person, cancellationToken),
            ([], [var only]) => await LinkRecordsAsync(only, unlinked, certain: false, person, cancellationToken),
            _ => await MeetAsync(person, [.. certain, .. likely], certain is [var known] ? known : null, unlinked, cancellationToken),
        };
        if (found.Lead is { } lead)
        {
            foreach (var record in person.Gone)
            {
                await recordLinks.UnlinkAsync(lead, RecordLinkOf(record), cancellationToken);
            }
        }

        return found;
    }

    /// <summary>
    /// The lead of a person met for the first time. Two workers who meet the same person at once make the same id, or the second is told of the first: by the address where there is one, for
    /// that is what two tools have in common.
    /// </summary>
    private async Task<Found> MakeAsync(Person person, RecordLink[] unlinked, CancellationToken cancellationToken)
    {
        var lead = LeadId.For(person.Keys[0]);
        var common = person.Addresses is [var address, ..] ? address : person.Keys[0];
        return await identities.LinkAsync(lead, common, cancellationToken) == lead ? await TryLinkAsync(lead, unlinked, certain: false, person, cancellationToken) : new(null, null);
    }

    /// <summary>RecordLinks new records with a known lead: with the one that it is by now, for what this process remembers of it may be out of date, and rivals sit with that one.</summary>
    private async Task<Found> LinkRecordsAsync(LeadId lead, RecordLink[] unlinked, bool certain, Person person, CancellationToken cancellationToken) =>
        unlinked.Length == 0 ? new(lead, null)
        : await journeys.ResolveStoredAsync(lead, cancellationToken) is { } standing ? await TryLinkAsync(standing, unlinked, certain, person, cancellationToken)
        : Found.WasErased;

    private async Task<Found> TryLinkAsync(LeadId lead, RecordLink[] unlinked, bool certain, Person person, CancellationToken cancellationToken) =>
        await recordLinks.TryLinkAsync(lead, unlinked, certain, cancellationToken) ? new(lead, null) : await AskAsync(person, [lead], null, unlinked, cancellationToken);

    /// <summary>Several leads meet at an address: they are one person, unless they hold rival records.</summary>
    private async Task<Found> MeetAsync(Person person, IReadOnlyList<LeadId> candidates, LeadId? known, RecordLink[] unlinked, CancellationToken cancellationToken)
    {
        var taken = new List<RecordLink>(unlinked);
        foreach (var candidate in candidates)
        {
            taken.AddRange(await recordLinks.TakenAsync(candidate, cancellationToken));
        }

        if (RecordLink.AreRivals(taken))
        {
            return await AskAsync(person, candidates, known, unlinked, cancellationToken);
        }

        return await JoinAsync(candidates, person.Because with { Raw = MergeCause.Address }, cancellationToken) is { } lead
            ? await LinkRecordsAsync(lead, unlinked, certain: true, person, cancellationToken)
            : Found.WasErased;
    }

    /// <summary>Asks a person, or goes by what a person answered when the same keys came before.</summary>
    private async Task<Found> AskAsync(Person person, IReadOnlyList<LeadId> candidates, LeadId? known, RecordLink[] unlinked, CancellationToken cancellationToken)
    {
        var review = await reviews.AskAsync(
            new Review
            {
                Id = TableKey.Hash($"review|{person.Connector}|{string.Join('|', person.Keys.Select(key => key.Canonical).Order(StringComparer.Ordinal))}"),
                Reason = known is not null ? ReviewReason.AddressOfAnotherLead : person.Records.Count == 0 ? ReviewReason.SeveralLeads : ReviewReason.RivalRecords,
                Connector = person.Connector,
                Records = [.. person.Records],
                LeadId = known,
                Leads = [.. candidates.OrderBy(lead => lead.Value, StringComparer.Ordinal)],
                OpenedAt = person.Now,
            },
            cancellationToken);
        var lead = review.Decision switch
        {
            null => null,
            { Merge: true } => await JoinAsync(candidates, person.Because with { Raw = MergeCause.Review }, cancellationToken),
            _ when known is not null => known,
            { Choose: { } chosen } => await journeys.ResolveAsync(LeadId.Parse(chosen), cancellationToken),
            _ => LeadId.For(person.Records[0]),
        };
        if (lead is null)
        {
            return review.Decision is null ? new(null, review) : Found.WasErased;
        }

        await recordLinks.TryLinkAsync(lead, unlinked, certain: true, cancellationToken);
        return new(lead, review);
    }

    /// <summary>Makes one lead of several; null where one of them was erased.</summary>
    private async Task<LeadId?> JoinAsync(IReadOnlyList<LeadId> leads, LeadsMerged because, CancellationToken cancellationToken)
    {
        var distinct = await ResolveAsync(leads, cancellationToken);
        LeadId? joined = distinct[0];
        foreach (var other in distinct.Skip(1))
        {
            joined = joined is null ? null : await journeys.MergeAsync(joined, other, because, cancellationToken);
        }

        return joined;
    }

    private async Task<IReadOnlyList<LeadId>> ResolveAsync(IReadOnlyList<LeadId> leads, CancellationToken cancellationToken)
    {
        var resolved = new List<LeadId>(leads.Count);
        foreach (var lead in leads)
        {
            resolved.Add(await journeys.ResolveAsync(lead, cancellationToken));
        }

        return [.. resolved.Distinct()];
    }

    /// <summary>Links the keys to a lead, and tells which of them are the lead's. Null where one was linked elsewhere meanwhile: then it has to be looked at again.</summary>
    private async Task<IReadOnlyList<IdentityKey>?> LinkAsync(LeadId lead, Person person, bool mayLackAddress, CancellationToken cancellationToken)
    {
        var own = new List<IdentityKey>(person.Keys.Count);
        foreach (var key in person.Keys)
        {
            var linked = await identities.LinkAsync(lead, key, cancellationToken);
            if (linked == lead)
            {
                own.Add(key);
            }
            else if (linked is not null && await journeys.ResolveAsync(linked, cancellationToken) == lead)
            {
                await identities.RelinkAsync(linked, lead, key, cancellationToken);
                own.Add(key);
            }
            else if (!mayLackAddress || key.Kind != IdentityKind.Email)
            {
                return null;
            }
        }

        return own;
    }

    private RecordLink RecordLinkOf(IdentityKey record) => RecordLink.Of(record, connectors.Find<IConnector>(record.Connector)?.RecordKind(record.Id) ?? "");

    private static IReadOnlyList<IdentityKey> AddressesOf(SourceEvent source) =>
        [.. source.FurtherEmails.Prepend(source.PreviousEmail).Prepend(source.SubjectEmail)
            .Select(address => EmailAddress.TryParse(address, out var email) ? IdentityKey.Email(email) : null).OfType<IdentityKey>().Distinct()];

    /// <summary>The records that are no more once the event has happened.</summary>
    private static IReadOnlyList<IdentityKey> GoneOf(SourceEvent source) => source.Kind == SourceEventKind.ContactDeleted ? source.People : source.Merged;

    /// <summary>What an event says of whom it is about.</summary>
    private sealed record Person(
        string Connector, LeadId? HubLeadId, IReadOnlyList<IdentityKey> Records, IReadOnlyList<IdentityKey> Addresses, IReadOnlyList<IdentityKey> Gone, LeadsMerged Because, DateTimeOffset Now)
    {
        public IReadOnlyList<IdentityKey> Keys => [.. Records, .. Addresses];
    }

    /// <summary>The lead, or the open question whose it is. Neither: somebody else was quicker.</summary>
    private sealed record Found(LeadId? Lead, Review? Question)
    {
        /// <summary>A lead that the keys led to was erased; its tombstones may be still on the way.</summary>
        public static readonly Found WasErased = new(null, null);
    }
}
