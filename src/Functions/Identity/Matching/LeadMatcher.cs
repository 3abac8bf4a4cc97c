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
public sealed record MatchedLead(LeadId LeadId, IReadOnlyList<IdentityKey> Keys)
{
    /// <summary>Gets those of the keys that were another lead's until now.</summary>
    public IReadOnlyList<IdentityKey> TakenOver { get; init; } = [];

    /// <summary>Gets facts of activities that came before this person was known.</summary>
    public IReadOnlyList<Fact> Earlier { get; init; } = [];
}

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
public sealed class LeadMatcher(
    IdentityStore identities, RecordLinkStore recordLinks, ParkedStore parked, JourneyFlow journeys, ReviewStore reviews, ConnectorSet connectors, FunnelSettings settings, TimeProvider clock)
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

        var people = await MatchPeopleAsync(source, delivery, messageId, again, cancellationToken);
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

        if (source is { Kind: SourceEventKind.AssociationChanged, RelationId: { } relation })
        {
            await TakeOffAsync(relation, source, known, people, delivery, messageId, cancellationToken);
        }

        // Who joins or leaves a deal changes it for nobody else.
        var concerned = source.Kind == SourceEventKind.AssociationChanged ? [] : known;
        var others = concerned.Where(lead => people.Leads.All(person => person.LeadId != lead)).Select(lead => new MatchedLead(lead, []));
        var earlier = joining.Count > 0 || again ? await parked.WaitingAsync(deal, cancellationToken) : [];
        return people with { Leads = [.. people.Leads, .. others], Earlier = earlier };
    }

    /// <summary>
    /// Takes off a deal whoever was on it by a relation that is another person's now. Their lead says so first, so that a
    /// repeat after a crash finds them where they were.
    /// </summary>
    private async Task TakeOffAsync(
        string relation,
        SourceEvent source,
        IReadOnlyList<LeadId> known,
        LeadMatch present,
        Delivery delivery,
        string messageId,
        CancellationToken cancellationToken)
    {
        var gone = source with
        {
            DedupeKey = $"{source.DedupeKey}|passed on",
            DealStatus = DealStatus.Deleted,
            Stage = null,
            ToStageRaw = null,
            Unmapped = false,
            Profile = null,
            ShowsWork = false,
        };
        foreach (var lead in known)
        {
            if (await journeys.LoadAsync(lead, cancellationToken) is { } state
                && present.Leads.All(person => person.LeadId != state.LeadId)
                && IsOnBy(relation, source.DealId!, state))
            {
                await journeys.ApplyAsync(lead, FactMapper.ToFacts(gone, delivery.Connector, delivery.ReceivedAt, messageId), cancellationToken);
                await identities.UnlinkAsync(lead, IdentityKey.Deal(delivery.Connector, source.DealId!), cancellationToken);
            }
        }
    }

    /// <summary>Whether the last that a lead heard of a deal by a relation is that it is on it.</summary>
    private static bool IsOnBy(string relation, string deal, JourneyState state) => state.Facts.Values.OfType<DealChanged>()
        .Where(change => change.DealId == deal && change.DedupeKey.Contains($"|{relation}", StringComparison.Ordinal))
        .MaxBy(change => change.OccurredAt) is { Status: not DealStatus.Deleted };

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

    /// <summary>Keeps the facts of an activity whose person is not known for the person to come. Returns the person's lead where it was made meanwhile; null otherwise.</summary>
    public async Task<LeadId?> WaitForPersonAsync(IdentityKey person, IReadOnlyList<Fact> facts, CancellationToken cancellationToken)
    {
        await Task.WhenAll(facts.Select(fact => parked.WaitForPersonAsync(person, fact, cancellationToken)));
        return await identities.FindAsync(person, cancellationToken);
    }

    /// <summary>What waits for records that are met. Only a tool that is polled for activities says them before it says whose they are.</summary>
    private async Task<IReadOnlyList<Fact>> EarlierAsync(IEnumerable<IdentityKey> met, CancellationToken cancellationToken)
    {
        var earlier = new List<Fact>();
        foreach (var record in met.Where(record => connectors.Find<IPollSource>(record.Connector) is not null))
        {
            earlier.AddRange(await parked.WaitingForPersonAsync(record, cancellationToken));
        }

        return earlier;
    }

    /// <summary>The people of a deal are several persons with a record each; any other event's keys are all one person's.</summary>
    private async Task<LeadMatch> MatchPeopleAsync(SourceEvent source, Delivery delivery, string messageId, bool again, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var because = MergeCause.Of(delivery.Connector, source.Side, source.OccurredAt ?? delivery.ReceivedAt, delivery.ReceivedAt, messageId, MergeCause.Tool);
        var whole = new Person(delivery.Connector, source.HubLeadId, [.. source.People.Concat(source.Merged).Distinct()], AddressesOf(source), HeldBy(source), GoneOf(source), because, now, again);
        if (source.DealId is null || source.People.Length <= 1)
        {
            return await MatchPersonAsync(whole, cancellationToken);
        }

        var people = new LeadMatch([], []);
        foreach (var record in source.People)
        {
            var person = await MatchPersonAsync(whole with { HubLeadId = null, Records = [record], Addresses = [], Held = [] }, cancellationToken);
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

            if (found.Lead is { } lead)
            {
                await TakeOverAsync(lead, found.Yielded, person, cancellationToken);
                if (await LinkAsync(lead, person, mayLackAddress: found.Question is not null, cancellationToken) is { } own)
                {
                    var earlier = await EarlierAsync(person.Records.Where(record => person.Again || owners[record].Lead is null), cancellationToken);
                    return new([new(lead, own) { TakenOver = [.. found.Yielded.Keys], Earlier = earlier }], []);
                }
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
        var yielded = await YieldedAsync(person, owners, certain, unlinked, cancellationToken);
        likely = [.. likely.Where(lead => person.Addresses.Any(address => owners[address].Lead == lead && !yielded.ContainsKey(address)))];
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
            ([], []) => await MakeAsync(person, [.. person.Addresses.Where(address => !yielded.ContainsKey(address))], unlinked, cancellationToken),
            ([var known], []) => await LinkRecordsAsync(known, unlinked, certain: true, person, cancellationToken),
            ([], [var only]) => await LinkRecordsAsync(only, unlinked, certain: false, person, cancellationToken),
            _ => await MeetAsync(person, [.. certain, .. likely], certain is [var known] ? known : null, unlinked, cancellationToken),
        };
        if (found.Lead is { } lead)
        {
            found = found with { Yielded = yielded.Concat(found.Yielded).Where(address => address.Value != lead).DistinctBy(address => address.Key).ToDictionary() };
            foreach (var record in person.Gone)
            {
                await recordLinks.UnlinkAsync(lead, RecordLinkOf(record), cancellationToken);
            }
        }

        return found;
    }

    /// <summary>
    /// The addresses that the person holds now and another lead had once: a past alias yields to its present holder, where that one has a record which cannot be the other lead's.
    /// </summary>
    private async Task<Dictionary<IdentityKey, LeadId>> YieldedAsync(
        Person person, Dictionary<IdentityKey, KeyOwner> owners, List<LeadId> certain, RecordLink[] unlinked, CancellationToken cancellationToken)
    {
        var yielded = new Dictionary<IdentityKey, LeadId>();
        foreach (var address in person.Held)
        {
            if (owners[address].Lead is { } owner && !certain.Contains(owner)
                && await journeys.LoadAsync(owner, cancellationToken) is { Facts.IsEmpty: false } state && !certain.Contains(state.LeadId)
                && AddressRules.IsPastAlias(state, address, person.Because.OccurredAt, settings)
                && (certain.Count > 0 || RecordLink.AreRivals([.. await recordLinks.TakenAsync(state.LeadId, cancellationToken), .. unlinked])))
            {
                yielded[address] = owner;
            }
        }

        return yielded;
    }

    /// <summary>Gives addresses to their present holder. The lead that had them says so first, so that a repeat after a crash finds them where they were.</summary>
    private async Task TakeOverAsync(LeadId holder, IReadOnlyDictionary<IdentityKey, LeadId> addresses, Person person, CancellationToken cancellationToken)
    {
        foreach (var (address, from) in addresses)
        {
            var unlinked = new IdentitiesUnlinked
            {
                DedupeKey = $"hub|yielded|{address}|{person.Because.OccurredAt.UtcTicks}",
                Connector = person.Connector,
                Side = person.Because.Side,
                OccurredAt = person.Because.OccurredAt,
                ReceivedAt = person.Because.ReceivedAt,
                MessageId = person.Because.MessageId,
                Keys = [address],
            };
            await journeys.ApplyAsync(from, [unlinked], cancellationToken);
            await identities.RelinkAsync(from, holder, address, cancellationToken);
        }
    }

    /// <summary>
    /// The lead of a person met for the first time. Two workers who meet the same person at once make the same id, or the second is told of the first: by the address where there is one, for
    /// that is what two tools have in common. An address that another lead has yet to yield leads there until it is taken over.
    /// </summary>
    private async Task<Found> MakeAsync(Person person, IReadOnlyList<IdentityKey> free, RecordLink[] unlinked, CancellationToken cancellationToken)
    {
        var lead = LeadId.For(person.Keys[0]);
        var common = free is [var address, ..] ? address : person.Keys[0];
        return await identities.LinkAsync(lead, common, cancellationToken) == lead ? await TryLinkAsync(lead, unlinked, certain: false, person, cancellationToken) : new(null, null);
    }

    /// <summary>Links new records with a known lead: with the one that it is today, since this process may remember an older one. Rivals sit with that one.</summary>
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
        return new(lead, review) { Yielded = await GivenAsync(review, lead, person, cancellationToken) };
    }

    /// <summary>The addresses that a person's answer gives to the event's person: those of the other leads that it was about.</summary>
    private async Task<Dictionary<IdentityKey, LeadId>> GivenAsync(Review review, LeadId lead, Person person, CancellationToken cancellationToken)
    {
        var given = new Dictionary<IdentityKey, LeadId>();
        foreach (var address in review.GivesAddress ? person.Held : [])
        {
            if (await identities.FindAsync(address, cancellationToken) is { } owner && await journeys.ResolveAsync(owner, cancellationToken) != lead)
            {
                given[address] = owner;
            }
        }

        return given;
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

    /// <summary>The addresses that an event says its person has now.</summary>
    private static IReadOnlyList<IdentityKey> HeldBy(SourceEvent source) =>
        source is { DealId: null, People: not [] }
            ? [.. source.FurtherEmails.Prepend(source.SubjectEmail).Select(address => EmailAddress.TryParse(address, out var email) ? IdentityKey.Email(email) : null).OfType<IdentityKey>().Distinct()]
            : [];

    /// <summary>The records that are no more once the event has happened.</summary>
    private static IReadOnlyList<IdentityKey> GoneOf(SourceEvent source) => source.Kind == SourceEventKind.ContactDeleted ? source.People : source.Merged;

    /// <summary>What an event says of whom it is about.</summary>
    private sealed record Person(
        string Connector, LeadId? HubLeadId, IReadOnlyList<IdentityKey> Records, IReadOnlyList<IdentityKey> Addresses, IReadOnlyList<IdentityKey> Held, IReadOnlyList<IdentityKey> Gone, LeadsMerged Because, DateTimeOffset Now,
        bool Again)
    {
        public IReadOnlyList<IdentityKey> Keys => [.. Records, .. Addresses];
    }

    /// <summary>The lead, or the open question whose it is. Neither: somebody else was quicker.</summary>
    private sealed record Found(LeadId? Lead, Review? Question)
    {
        /// <summary>A lead that the keys led to was erased; its tombstones may be still on the way.</summary>
        public static readonly Found WasErased = new(null, null);

        /// <summary>Gets the addresses that the lead gets from other leads.</summary>
        public IReadOnlyDictionary<IdentityKey, LeadId> Yielded { get; init; } = new Dictionary<IdentityKey, LeadId>();
    }
}
