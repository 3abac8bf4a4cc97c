using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Matching;

/// <summary>Finds a person's lead, and creates the lead of a new person. The keys of one event are one
/// person, whose leads are merged. A common address merges two leads as well, unless a tool knows them as two.
/// Then a person decides.</summary>
internal sealed class PersonMatcher(
    IdentityStore identities, RecordLinkStore recordLinks, JourneyFlow journeys, JourneyReader reader, JourneyMerger merger,
    ReviewStore reviews, ConnectorSet connectors, FunnelSettings settings)
{
    private const int RoundsBeforeGivingUp = 20;

    /// <summary>Matches one person. It repeats the lookup until the result still holds
    /// once all keys are linked.</summary>
    public async Task<LeadMatch> MatchAsync(PersonToMatch person, CancellationToken cancellationToken)
    {
        if (person.HubLeadId is null && person.Keys.Count == 0)
        {
            return new([], []);
        }

        for (var round = 0; round < RoundsBeforeGivingUp; round++)
        {
            var owners = await LookUpAsync(person, round, cancellationToken);
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
                    if (found.Opening is { } opening)
                    {
                        person.Lookups.Opened(lead, opening.Records);
                    }

                    var met = person.Records
                        .Where(record => person.Again || owners[record].Lead is null)
                        .Except(found.Opening?.Records ?? []);
                    return new([new(lead, own) { TakenOver = [.. found.Yielded.Keys], Opening = found.Opening, Met = [.. met] }], []);
                }
            }

            person.Lookups.Forget(person.Keys);
        }

        throw new InvalidOperationException(
            "The keys of one event were linked elsewhere repeatedly during the lookup. Try later.");
    }

    /// <summary>Looks the keys up together. The address of a person with unknown records is looked up only when linking
    /// it shows that it leads elsewhere.</summary>
    private static async Task<Dictionary<IdentityKey, KeyOwner>> LookUpAsync(
        PersonToMatch person, int round, CancellationToken cancellationToken)
    {
        var owners = await person.Lookups.LookUpAsync(person.Records, cancellationToken);
        var isNew = round == 0
            && person is { HubLeadId: null, Records.Count: > 0, Addresses.Count: 1 }
            && owners.Values.All(owner => owner == default);
        foreach (var address in person.Addresses)
        {
            owners[address] = isNew
                ? person.Lookups.FindSeen(address) ?? default
                : await person.Lookups.LookUpAsync(address, cancellationToken);
        }

        return owners;
    }

    /// <summary>Returns the person's lead, new or merged, or the question about it; neither after a conflict.</summary>
    private async Task<Found> FindAsync(PersonToMatch person, Dictionary<IdentityKey, KeyOwner> owners, CancellationToken cancellationToken)
    {
        var certain = person.Records.Select(record => owners[record].Lead).Prepend(person.HubLeadId).OfType<LeadId>().Distinct().ToList();
        List<LeadId> likely = [.. person.Addresses.Select(address => owners[address].Lead).OfType<LeadId>().Except(certain)];
        RecordLink[] unlinked = [.. person.Records.Except(person.Gone).Where(record => owners[record].Lead is null).Select(RecordLinkOf)];
        var yielded = await YieldedAsync(person, owners, certain, unlinked, cancellationToken);
        likely = [.. likely.Where(lead => person.Addresses.Any(address => owners[address].Lead == lead && !yielded.ContainsKey(address)))];
        if (likely.Count > 0 && (unlinked.Length > 0 || certain.Count + likely.Count > 1))
        {
            await GivePlacesAsync(owners.Values.Where(owner => owner.Claims.Count > 0), cancellationToken);
        }

        if (certain.Count + likely.Count > 1)
        {
            // Resolved only here, because a single lead does not need it.
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
            ([], []) => await MakeAsync(
                person, [.. person.Addresses.Where(address => !yielded.ContainsKey(address))], unlinked, cancellationToken),
            ([var known], []) => await LinkRecordsAsync(known, unlinked, certain: true, person, cancellationToken),
            ([], [var only]) => await LinkRecordsAsync(only, unlinked, certain: false, person, cancellationToken),
            _ => await MeetAsync(person, [.. certain, .. likely], certain is [var known] ? known : null, unlinked, cancellationToken),
        };
        if (found.Lead is { } lead)
        {
            found = found with
            {
                Yielded = yielded.Concat(found.Yielded)
                    .Where(address => address.Value != lead).DistinctBy(address => address.Key).ToDictionary(),
            };
            foreach (var record in person.Gone)
            {
                await recordLinks.UnlinkAsync(lead, RecordLinkOf(record), cancellationToken);
            }
        }

        return found;
    }

    /// <summary>Returns the person's addresses that another lead had before. A past alias yields to its present holder,
    /// if that holder's record cannot be the other lead's.</summary>
    private async Task<Dictionary<IdentityKey, LeadId>> YieldedAsync(
        PersonToMatch person, Dictionary<IdentityKey, KeyOwner> owners, List<LeadId> certain, RecordLink[] unlinked,
        CancellationToken cancellationToken)
    {
        var yielded = new Dictionary<IdentityKey, LeadId>();
        foreach (var address in person.Held)
        {
            if (owners[address].Lead is { } owner && !certain.Contains(owner)
                && await reader.LoadAsync(owner, cancellationToken) is { Facts.IsEmpty: false } state && !certain.Contains(state.LeadId)
                && AddressRules.IsPastAlias(state, address, person.Because.OccurredAt, settings)
                && (
                    certain.Count > 0
                        || RecordLink.AreRivals([.. await recordLinks.TakenAsync(state.LeadId, cancellationToken), .. unlinked])))
            {
                yielded[address] = owner;
            }
        }

        return yielded;
    }

    /// <summary>Moves addresses to their present holder. The former lead records it first, so a repeat
    /// after a crash finds them.</summary>
    private async Task TakeOverAsync(
        LeadId holder, IReadOnlyDictionary<IdentityKey, LeadId> addresses, PersonToMatch person, CancellationToken cancellationToken)
    {
        foreach (var (address, from) in addresses)
        {
            var unlinked = new IdentitiesUnlinked
            {
                DedupeKey = $"hub|yielded|{identities.Keys.TableKeyOf(address)}|{person.Because.OccurredAt.UtcTicks}",
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

    /// <summary>Creates the lead of a new person. Concurrent workers make the same id, or the second finds the
    /// first by the address, which two tools share. An address that another lead must yield leads
    /// there until it is moved.</summary>
    private async Task<Found> MakeAsync(
        PersonToMatch person, IReadOnlyList<IdentityKey> free, RecordLink[] unlinked, CancellationToken cancellationToken)
    {
        var lead = identities.Keys.LeadOf(person.Keys[0]);
        var common = free is [var address, ..] ? address : person.Keys[0];
        return await person.Lookups.LinkAsync(lead, common, unlinked, cancellationToken) == lead
            ? new(lead, null) { Opening = new(person.Records, unlinked) } : new(null, null);
    }

    /// <summary>Links the records of a lead that is known by an address but not stored yet, before others meet it
    /// there. The address holds the links for it.</summary>
    private async Task GivePlacesAsync(IEnumerable<KeyOwner> met, CancellationToken cancellationToken)
    {
        foreach (var owner in met)
        {
            if ((await reader.FindAsync(owner.Lead!, cancellationToken)).ETag is null)
            {
                await recordLinks.TryLinkAsync(owner.Lead!, owner.Claims, certain: true, cancellationToken);
            }
        }
    }

    /// <summary>Links new records with the lead that stays today, since this process may remember an older one. Rivals
    /// are linked with that one.</summary>
    private async Task<Found> LinkRecordsAsync(
        LeadId lead, RecordLink[] unlinked, bool certain, PersonToMatch person, CancellationToken cancellationToken) =>
        unlinked.Length == 0 ? new(lead, null)
        : await reader.ResolveStoredAsync(lead, cancellationToken) is { } standing
            ? await TryLinkAsync(standing, unlinked, certain, person, cancellationToken)
        : Found.WasErased;

    private async Task<Found> TryLinkAsync(
        LeadId lead, RecordLink[] unlinked, bool certain, PersonToMatch person, CancellationToken cancellationToken) =>
        await recordLinks.TryLinkAsync(lead, unlinked, certain, cancellationToken)
            ? new(lead, null) : await AskAsync(person, [lead], null, unlinked, cancellationToken);

    /// <summary>Merges several leads that share an address, unless they hold rival records.</summary>
    private async Task<Found> MeetAsync(
        PersonToMatch person, IReadOnlyList<LeadId> candidates, LeadId? known, RecordLink[] unlinked, CancellationToken cancellationToken)
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

    /// <summary>Asks a person, or applies the earlier answer for the same keys.</summary>
    private async Task<Found> AskAsync(
        PersonToMatch person, IReadOnlyList<LeadId> candidates, LeadId? known, RecordLink[] unlinked, CancellationToken cancellationToken)
    {
        var question = $"review|{person.Connector}|"
            + string.Join('|', person.Keys.Select(key => key.Canonical).Order(StringComparer.Ordinal));
        var review = await FindEarlierAsync(question, cancellationToken) ?? await reviews.AskAsync(
            new Review
            {
                Id = identities.Keys.TableKeyOf(question),
                Reason = known is not null ? ReviewReason.AddressOfAnotherLead
                    : person.Records.Count == 0 ? ReviewReason.SeveralLeads
                    : ReviewReason.RivalRecords,
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
            { Choose: { } chosen } => await reader.ResolveAsync(LeadId.Parse(chosen), cancellationToken),
            _ => identities.Keys.LeadOf(person.Records[0]),
        };
        if (lead is null)
        {
            return review.Decision is null ? new(null, review) : Found.WasErased;
        }

        await recordLinks.TryLinkAsync(lead, unlinked, certain: true, cancellationToken);
        return new(lead, review) { Yielded = await GivenAsync(review, lead, person, cancellationToken) };
    }

    /// <summary>Returns the question as it was asked under an older pepper; null for none.</summary>
    private async Task<Review?> FindEarlierAsync(string question, CancellationToken cancellationToken)
    {
        foreach (var older in identities.Keys.Older)
        {
            if (await reviews.FindAsync(older.TableKeyOf(question), cancellationToken) is { } asked)
            {
                return asked;
            }
        }

        return null;
    }

    /// <summary>Returns the other leads' addresses that a person's answer gives to the event's person.</summary>
    private async Task<Dictionary<IdentityKey, LeadId>> GivenAsync(
        Review review, LeadId lead, PersonToMatch person, CancellationToken cancellationToken)
    {
        var given = new Dictionary<IdentityKey, LeadId>();
        foreach (var address in review.GivesAddress ? person.Held : [])
        {
            if (await identities.FindAsync(address, cancellationToken) is { } owner
                && await reader.ResolveAsync(owner, cancellationToken) != lead)
            {
                given[address] = owner;
            }
        }

        return given;
    }

    /// <summary>Merges several leads; returns null when one of them was erased.</summary>
    private async Task<LeadId?> JoinAsync(IReadOnlyList<LeadId> leads, LeadsMerged because, CancellationToken cancellationToken)
    {
        var distinct = await ResolveAsync(leads, cancellationToken);
        LeadId? joined = distinct[0];
        foreach (var other in distinct.Skip(1))
        {
            joined = joined is null ? null : await merger.MergeAsync(joined, other, because, cancellationToken);
        }

        return joined;
    }

    private async Task<IReadOnlyList<LeadId>> ResolveAsync(IReadOnlyList<LeadId> leads, CancellationToken cancellationToken)
    {
        var resolved = new List<LeadId>(leads.Count);
        foreach (var lead in leads)
        {
            resolved.Add(await reader.ResolveAsync(lead, cancellationToken));
        }

        return [.. resolved.Distinct()];
    }

    /// <summary>Links the keys to a lead and returns those that are the lead's; null after a conflict.</summary>
    private async Task<IReadOnlyList<IdentityKey>?> LinkAsync(
        LeadId lead, PersonToMatch person, bool mayLackAddress, CancellationToken cancellationToken)
    {
        var own = new List<IdentityKey>(person.Keys.Count);
        foreach (var key in person.Keys)
        {
            var linked = await person.Lookups.LinkAsync(lead, key, [], cancellationToken);
            if (linked == lead)
            {
                own.Add(key);
            }
            else if (linked is not null && await reader.ResolveAsync(linked, cancellationToken) == lead)
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

    private RecordLink RecordLinkOf(IdentityKey record) =>
        RecordLink.Of(record, connectors.Find<IConnector>(record.Connector)?.RecordKind(record.Id) ?? "");

    /// <summary>The lead, or the open question about it. Neither: a conflict.</summary>
    private sealed record Found(LeadId? Lead, Review? Question)
    {
        /// <summary>A lead of the keys was erased; its tombstones may be on the way.</summary>
        public static readonly Found WasErased = new(null, null);

        /// <summary>Gets what is stored with the first facts of a new lead; null for a known one.</summary>
        public LeadOpening? Opening { get; init; }

        /// <summary>Gets the addresses that the lead gets from other leads.</summary>
        public IReadOnlyDictionary<IdentityKey, LeadId> Yielded { get; init; } = new Dictionary<IdentityKey, LeadId>();
    }
}
