using System.Collections.Immutable;
using IntegrationHub.Connectors.Common;
using IntegrationHub.Funnel;
using IntegrationHub.Functions.Journeys;

namespace IntegrationHub.Functions.Inbound;

/// <summary>
/// Asks the vendor for what events lack, and only for what the hub does not know yet: an event about a known person or deal costs no call, unless an earlier attempt at it came half-way.
/// </summary>
public sealed class EnrichFlow(IdentityStore identities)
{
    /// <summary>Returns the events, enriched where needed, and further events for the people that came to light.</summary>
    public async Task<IReadOnlyList<SourceEvent>> RunAsync(IConnector connector, IReadOnlyList<SourceEvent> events, bool again, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (connector is not IEventEnricher enricher)
        {
            return events;
        }

        var enriched = await EnrichAsync(enricher, events, again, cancellationToken);
        var people = await PeopleToMeetAsync(connector.Name, enriched, again, cancellationToken);
        return people.Count == 0 ? enriched : [.. await enricher.EnrichAsync(people, cancellationToken), .. enriched];
    }

    private async Task<IReadOnlyList<SourceEvent>> EnrichAsync(IEventEnricher enricher, IReadOnlyList<SourceEvent> events, bool again, CancellationToken cancellationToken)
    {
        var lacking = new List<SourceEvent>();
        var complete = new List<SourceEvent>();
        foreach (var source in events)
        {
            (await IsLackingAsync(source, enricher.Name, again, cancellationToken) ? lacking : complete).Add(source);
        }

        return lacking.Count == 0 ? complete : [.. await enricher.EnrichAsync(lacking, cancellationToken), .. complete];
    }

    private async Task<bool> IsLackingAsync(SourceEvent source, string connector, bool again, CancellationToken cancellationToken) => source switch
    {
        { Kind: SourceEventKind.ResyncRequired or SourceEventKind.AssociationChanged } or { DealId: not null, Unmapped: true } => true,
        { NeedsEnrichment.IsEmpty: true } => false,
        _ when again => true,
        { People: [var person, ..], DealId: null } => await identities.FindAsync(person, cancellationToken) is null,
        { DealId: { } deal } => (await identities.FindByDealAsync(IdentityKey.Deal(connector, deal), cancellationToken)).Count == 0,
        _ => true,
    };

    /// <summary>People whom an event names by nothing but an unknown record (a deal's contacts): who they are is asked, so that they are not met as strangers.</summary>
    private async Task<List<SourceEvent>> PeopleToMeetAsync(string connector, IReadOnlyList<SourceEvent> events, bool again, CancellationToken cancellationToken)
    {
        var introduced = events.Where(source => source.SubjectEmail is not null || source.Profile is not null).SelectMany(source => source.People).ToHashSet();
        var strangers = new List<SourceEvent>();
        foreach (var (person, source) in events.Where(source => source.DealId is not null).SelectMany(source => source.People.Select(person => (person, source))).DistinctBy(pair => pair.person))
        {
            if (person.Connector == connector && !introduced.Contains(person) && (again || await identities.FindAsync(person, cancellationToken) is null))
            {
                strangers.Add(new SourceEvent
                {
                    Kind = SourceEventKind.ContactUpdated,
                    DedupeKey = $"{person.Canonical}|met",
                    OccurredAt = source.OccurredAt,
                    Side = ToolSide.Marketing,
                    People = [person],
                    ExternalIds = ImmutableSortedDictionary<string, string>.Empty.Add("contactId", person.Id),
                    NeedsEnrichment = ["email"],
                });
            }
        }

        return strangers;
    }
}
