using System.Collections.Immutable;
using System.Net;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Ingestion;

/// <summary>Asks the vendor for missing data that the hub does not know. An event about a known person or deal costs no
/// call, unless an earlier attempt was interrupted.</summary>
internal sealed class EnrichFlow(IdentityStore identities, ConnectorGate gate)
{
    /// <summary>The most events that may be refused one by one. More refusals have another cause.</summary>
    private const int MostRefused = 5;

    /// <summary>Returns the enriched events, and further events of the people found.</summary>
    public async Task<Enriched> RunAsync(
        IConnector connector, IReadOnlyList<SourceEvent> events, bool again, CancellationToken cancellationToken)
    {
        var lookups = new KeyLookups(identities);
        if (connector is not IEventEnricher enricher)
        {
            return new(events, null, lookups);
        }

        var refusals = new List<VendorRefusedException>();
        var (lacking, complete) = await DivideAsync(enricher, events, lookups, again, cancellationToken);
        var enriched = lacking.Count == 0 ? [] : await AskAsync(enricher, lacking, refusals, cancellationToken);
        var people = await PeopleToMeetAsync(connector.Name, [.. enriched, .. complete], lookups, again, cancellationToken);
        var met = people.Count == 0 ? [] : await AskAsync(enricher, people, refusals, cancellationToken);
        IReadOnlyList<SourceEvent> answers = [.. met, .. enriched];
        return new([.. answers, .. complete], refusals.FirstOrDefault(), lookups)
        {
            Asked = [.. lacking.Select(source => source.DedupeKey)],
            Answers = answers,
        };
    }

    /// <summary>Divides events into those to ask the vendor about and those that lack nothing.</summary>
    private async Task<(IReadOnlyList<SourceEvent> Lacking, IReadOnlyList<SourceEvent> Complete)> DivideAsync(
        IEventEnricher enricher, IReadOnlyList<SourceEvent> events, KeyLookups lookups, bool again, CancellationToken cancellationToken)
    {
        var areLacking = await Task.WhenAll(
            events.Select(source => IsLackingAsync(source, enricher.Name, lookups, again, cancellationToken)));
        return ([.. events.Where((_, i) => areLacking[i])], [.. events.Where((_, i) => !areLacking[i])]);
    }

    /// <summary>Asks for many events at once. After a refusal it asks for the halves, so that one
    /// bad event stops no other.</summary>
    private async Task<IReadOnlyList<SourceEvent>> AskAsync(
        IEventEnricher enricher, IReadOnlyList<SourceEvent> events, List<VendorRefusedException> refusals,
        CancellationToken cancellationToken)
    {
        try
        {
            return await gate.PassAsync(enricher.Name, () => enricher.EnrichAsync(events, cancellationToken), cancellationToken);
        }
        catch (VendorRefusedException refused) when (
            refused.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity
                && refusals.Count < MostRefused)
        {
            if (events.Count == 1)
            {
                refusals.Add(refused);
                return [];
            }
        }

        var half = events.Count / 2;
        return
        [
            .. await AskAsync(enricher, [.. events.Take(half)], refusals, cancellationToken),
            .. await AskAsync(enricher, [.. events.Skip(half)], refusals, cancellationToken),
        ];
    }

    private async Task<bool> IsLackingAsync(
        SourceEvent source, string connector, KeyLookups lookups, bool again, CancellationToken cancellationToken) =>
        source switch
        {
            ResyncEvent { Gap: not null } => false,
            ResyncEvent or AssociationAddedEvent or AssociationRemovedEvent or RelationChangedEvent => true,
            DealChangedEvent { Unmapped: true } or DealChangedEvent { AsksRecord: true } or ContactDeletedEvent { AsksRecord: true }
                or ActivityEvent { AsksRecord: true } => true,
            { NeedsEnrichment.IsEmpty: true } and not PersonEvent { IsPartial: true } => false,
            PrivacyDeletedEvent => false,
            PersonEvent { People: [var person, ..] } when (await lookups.LookUpAsync(person, cancellationToken)) is var owner
                && (owner.Erased || !again) => owner is { Lead: null, Erased: false },
            _ when again => true,
            DealEvent deal => (await identities.FindByDealAsync(IdentityKey.Deal(connector, deal.DealId), cancellationToken)).Count == 0,
            _ => true,
        };

    /// <summary>Whether to ask who a person is. An erased person is never asked about.</summary>
    private static async Task<bool> IsToMeetAsync(
        IdentityKey person, KeyLookups lookups, bool again, CancellationToken cancellationToken) =>
        await lookups.LookUpAsync(person, cancellationToken) is { Erased: false } owner && (again || owner.Lead is null);

    /// <summary>Returns the events' people who are named by an unknown record only, such as a deal's contacts. Asking
    /// who they are avoids duplicates.</summary>
    private static async Task<List<SourceEvent>> PeopleToMeetAsync(
        string connector, IReadOnlyList<SourceEvent> events, KeyLookups lookups, bool again, CancellationToken cancellationToken)
    {
        var introduced = events
            .Where(source => source.SubjectEmail is not null || source is PersonEvent { Profile: not null })
            .SelectMany(source => source.People).ToHashSet();
        var strangers = new List<SourceEvent>();
        foreach (var (person, source) in events.OfType<DealEvent>().Where(source => !source.OnlyIfKnown)
            .SelectMany(source => source.People.Select(person => (person, source))).DistinctBy(pair => pair.person))
        {
            if (person.Connector == connector
                && !introduced.Contains(person)
                && await IsToMeetAsync(person, lookups, again, cancellationToken))
            {
                var header = new EventHeader($"{person.Canonical}|met", ToolSide.Marketing, source.OccurredAt)
                {
                    People = [person], ExternalIds = ImmutableSortedDictionary<string, string>.Empty.Add("contactId", person.Id),
                };
                strangers.Add(new ContactUpdatedEvent(header) { NeedsEnrichment = ["email"] });
            }
        }

        return strangers;
    }
}

/// <summary>The result of enriching events.</summary>
/// <param name="Refused">Why some are missing; null for none.</param>
/// <param name="Lookups">The key lookups of the delivery.</param>
internal sealed record Enriched(IReadOnlyList<SourceEvent> Events, VendorRefusedException? Refused, KeyLookups Lookups)
{
    /// <summary>Gets the dedupe keys of the events about which the vendor was asked.</summary>
    public IReadOnlyCollection<string> Asked { get; init; } = [];

    /// <summary>Gets the vendor's answers, which are among the events.</summary>
    public IReadOnlyList<SourceEvent> Answers { get; init; } = [];
}
