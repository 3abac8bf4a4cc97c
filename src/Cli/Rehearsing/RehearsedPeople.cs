using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Funnel;

namespace IntegrationHub.Cli.Rehearsing;

/// <summary>
/// Finds the leads of events in memory, as the hub does with its tables: the keys of one event are one person, and a
/// common address merges two leads unless a tool knows them as two. Where the hub would ask a person, the address joins
/// nobody.
/// </summary>
internal sealed class RehearsedPeople(
    ConnectorSet connectors, SharedAddresses shared, PersonKeys keys, Action<RehearsedLead, RehearsedLead, DateTimeOffset> merge)
{
    private readonly Dictionary<IdentityKey, RehearsedLead> _owners = [];
    private readonly Dictionary<LeadId, RehearsedLead> _byId = [];
    private readonly Dictionary<IdentityKey, HashSet<RehearsedLead>> _deals = [];
    private readonly Dictionary<IdentityKey, List<Fact>> _waiting = [];

    /// <summary>Gets every lead that stands for itself.</summary>
    public IEnumerable<RehearsedLead> All => _byId.Values.Where(lead => lead.MergedInto is null);

    /// <summary>Gets how often the hub would ask a person whether two leads are one.</summary>
    public int Questions { get; private set; }

    /// <summary>Returns the leads of an event, each with the keys that name it; none when it waits or concerns
    /// nobody.</summary>
    public IReadOnlyList<(RehearsedLead Lead, IReadOnlyList<IdentityKey> Keys)> Find(LeadEvent source, string connector, DateTimeOffset now)
    {
        if (source.OnlyIfKnown && !IsKnown(source))
        {
            return [];
        }

        var people = FindPeople(source, now);
        if (source is not DealEvent { DealId: var dealId })
        {
            return people;
        }

        var deal = IdentityKey.Deal(connector, dealId);
        var known = _deals.TryGetValue(deal, out var there) ? there : _deals[deal] = [];
        if (source is AssociationRemovedEvent)
        {
            known.ExceptWith(people.Select(person => person.Lead));
            return people;
        }

        // Joining a deal changes it for nobody else.
        RehearsedLead[] others = source is AssociationAddedEvent
            ? []
            : [.. known.Select(lead => lead.Present).Distinct().Where(lead => people.All(person => person.Lead != lead))];
        known.UnionWith(people.Select(person => person.Lead));
        return [.. people, .. others.Select(lead => (lead, (IReadOnlyList<IdentityKey>)[]))];
    }

    /// <summary>Keeps the facts of an event without a lead until its deal or its person is met.</summary>
    public void Wait(LeadEvent source, string connector, IReadOnlyList<Fact> facts)
    {
        var key = source is DealEvent { DealId: var dealId } ? IdentityKey.Deal(connector, dealId)
            : source is ActivityEvent { OnlyIfKnown: true, People: [var person, ..] } ? person
            : null;
        if (key is not null)
        {
            (_waiting.TryGetValue(key, out var there) ? there : _waiting[key] = []).AddRange(facts);
        }
    }

    /// <summary>Returns the facts that waited for what an event names. They no longer wait.</summary>
    public IEnumerable<Fact> Waited(LeadEvent source, string connector)
    {
        IEnumerable<IdentityKey> names = source is DealEvent { DealId: var dealId }
            ? source.People.Append(IdentityKey.Deal(connector, dealId)) : source.People;
        return names.SelectMany(name => _waiting.Remove(name, out var facts) ? facts : []);
    }

    private bool IsKnown(LeadEvent source) => DeliveryKeys.Of(source).Any(key => !shared.Contains(key) && _owners.ContainsKey(key));

    private List<(RehearsedLead Lead, IReadOnlyList<IdentityKey> Keys)> FindPeople(LeadEvent source, DateTimeOffset now)
    {
        if (source is DealEvent && source.People.Length > 1)
        {
            return [.. source.People.Select(record => FindOne(null, [record], [], now))
                .OfType<(RehearsedLead, IReadOnlyList<IdentityKey>)>()];
        }

        IdentityKey[] records = [.. source.People.Concat(DeliveryKeys.MergedBy(source)).Distinct()];
        return FindOne(source.HubLeadId, records, shared.Without(DeliveryKeys.AddressesOf(source)), now) is { } found ? [found] : [];
    }

    private (RehearsedLead Lead, IReadOnlyList<IdentityKey> Keys)? FindOne(
        LeadId? hubLead, IReadOnlyList<IdentityKey> records, IReadOnlyList<IdentityKey> addresses, DateTimeOffset now)
    {
        if (records.Count + addresses.Count == 0 && (hubLead is null || !_byId.ContainsKey(hubLead)))
        {
            return null;
        }

        var certain = records.Select(Owner).Append(hubLead is null ? null : _byId.GetValueOrDefault(hubLead)?.Present)
            .OfType<RehearsedLead>().Distinct().ToList();
        IdentityKey[] own = [
            .. addresses.Where(address => Owner(address) is not { } lead || certain.Contains(lead) || IsOnePerson(lead, records))];
        Questions += addresses.Count - own.Length;
        var all = certain.Union(own.Select(Owner).OfType<RehearsedLead>()).ToList();
        IReadOnlyList<IdentityKey> linked = [.. records, .. own];
        if (all.Count == 0 && linked.Count == 0)
        {
            return null;
        }

        var lead = all.Count == 0 ? Make(linked[0]) : all.Aggregate((one, other) => Merge(one, other, now));
        foreach (var key in linked)
        {
            _owners[key] = lead;
        }

        lead.Records.UnionWith(records);
        return (lead, linked);
    }

    private RehearsedLead? Owner(IdentityKey key) => _owners.TryGetValue(key, out var lead) ? lead.Present : null;

    /// <summary>Whether no tool has two records of one kind for the lead and the event.</summary>
    private bool IsOnePerson(RehearsedLead lead, IReadOnlyList<IdentityKey> records) => !records.Any(record =>
        lead.Records.Any(other => other != record && other.Connector == record.Connector && KindOf(other) == KindOf(record)));

    private string KindOf(IdentityKey record) => connectors.Find<IConnector>(record.Connector)?.RecordKind(record.Id) ?? "";

    private RehearsedLead Make(IdentityKey first)
    {
        var id = keys.LeadOf(first);
        return _byId.TryGetValue(id, out var there) ? there.Present : _byId[id] = new(id);
    }

    private RehearsedLead Merge(RehearsedLead one, RehearsedLead other, DateTimeOffset now)
    {
        if (one == other)
        {
            return one;
        }

        var (survivor, gone) = MergeRules.Order(one.Id, other.Id).Survivor == one.Id ? (one, other) : (other, one);
        merge(survivor, gone, now);
        survivor.Records.UnionWith(gone.Records);
        gone.MergedInto = survivor;
        return survivor;
    }
}
