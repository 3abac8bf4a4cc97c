using System.Collections.Immutable;
using System.Net;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Ingestion;

/// <summary>
/// Asks the vendor for what events lack, and only for what the hub does not know yet: an event about a known person or deal costs no call, unless an earlier attempt at it came half-way.
/// </summary>
public sealed class EnrichFlow(IdentityStore identities)
{
    /// <summary>So many events may be refused one by one; where more are, it is not for their own sake.</summary>
    private const int MostRefused = 5;

    /// <summary>Returns the events, enriched where needed, and further events for the people that came to light.</summary>
    public async Task<Enriched> RunAsync(IConnector connector, IReadOnlyList<SourceEvent> events, bool again, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        var lookups = new KeyLookups(identities);
        if (connector is not IEventEnricher enricher)
        {
            return new(events, null, lookups);
        }

        var refusals = new List<VendorRefusedException>();
        var enriched = await EnrichAsync(enricher, events, lookups, again, refusals, cancellationToken);
        var people = await PeopleToMeetAsync(connector.Name, enriched, lookups, again, cancellationToken);
        var met = people.Count == 0 ? [] : await AskAsync(enricher, people, refusals, cancellationToken);
        return new([.. met, .. enriched], refusals.FirstOrDefault(), lookups);
    }

    private async Task<IReadOnlyList<SourceEvent>> EnrichAsync(
        IEventEnricher enricher, IReadOnlyList<SourceEvent> events, KeyLookups lookups, bool again, List<VendorRefusedException> refusals, CancellationToken cancellationToken)
    {
        var areLacking = await Task.WhenAll(events.Select(source => IsLackingAsync(source, enricher.Name, lookups, again, cancellationToken)));
        var lacking = events.Where((_, i) => areLacking[i]).ToList();
        var complete = events.Where((_, i) => !areLacking[i]).ToList();
        return lacking.Count == 0 ? complete : [.. await AskAsync(enricher, lacking, refusals, cancellationToken), .. complete];
    }

    /// <summary>Asks for many at once. Where the vendor refuses what is asked, it is asked for the halves: what is wrong with one event holds back no other.</summary>
    private static async Task<IReadOnlyList<SourceEvent>> AskAsync(
        IEventEnricher enricher, IReadOnlyList<SourceEvent> events, List<VendorRefusedException> refusals, CancellationToken cancellationToken)
    {
        try
        {
            return await enricher.EnrichAsync(events, cancellationToken);
        }
        catch (VendorRefusedException refused) when (refused.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity && refusals.Count < MostRefused)
        {
            if (events.Count == 1)
            {
                refusals.Add(refused);
                return [];
            }
        }

        var half = events.Count / 2;
        return [.. await AskAsync(enricher, [.. events.Take(half)], refusals, cancellationToken), .. await AskAsync(enricher, [.. events.Skip(half)], refusals, cancellationToken)];
    }

    private async Task<bool> IsLackingAsync(SourceEvent source, string connector, KeyLookups lookups, bool again, CancellationToken cancellationToken) => source switch
    {
        { Gap: not null } => false,
        { Kind: SourceEventKind.ResyncRequired or SourceEventKind.AssociationChanged } or { DealId: not null, Unmapped: true } or { AsksRecord: true } => true,
        { NeedsEnrichment.IsEmpty: true } => false,
        { Kind: SourceEventKind.ContactPrivacyDeleted } => false,
        { People: [var person, ..], DealId: null } when (await lookups.LookUpAsync(person, cancellationToken)) is var owner && (owner.Erased || !again) => owner is { Lead: null, Erased: false },
        _ when again => true,
        { DealId: { } deal } => (await identities.FindByDealAsync(IdentityKey.Deal(connector, deal), cancellationToken)).Count == 0,
        _ => true,
    };

    /// <summary>Nobody asks who an erased person is.</summary>
    private static async Task<bool> IsToMeetAsync(IdentityKey person, KeyLookups lookups, bool again, CancellationToken cancellationToken) =>
        await lookups.LookUpAsync(person, cancellationToken) is { Erased: false } owner && (again || owner.Lead is null);

    /// <summary>People whom an event names by nothing but an unknown record (a deal's contacts): who they are is asked, so that they are not met as strangers.</summary>
    private static async Task<List<SourceEvent>> PeopleToMeetAsync(
        string connector, IReadOnlyList<SourceEvent> events, KeyLookups lookups, bool again, CancellationToken cancellationToken)
    {
        var introduced = events.Where(source => source.SubjectEmail is not null || source.Profile is not null).SelectMany(source => source.People).ToHashSet();
        var strangers = new List<SourceEvent>();
        foreach (var (person, source) in events.Where(source => source is { DealId: not null, OnlyIfKnown: false }).SelectMany(source => source.People.Select(person => (person, source))).DistinctBy(pair => pair.person))
        {
            if (person.Connector == connector && !introduced.Contains(person) && await IsToMeetAsync(person, lookups, again, cancellationToken))
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

/// <summary>What came of asking the vendor.</summary>
/// <param name="Events">The events that can be worked on.</param>
/// <param name="Refused">Why the others are missing; null where none is.</param>
/// <param name="Lookups">What was asked of keys.</param>
public sealed record Enriched(IReadOnlyList<SourceEvent> Events, VendorRefusedException? Refused, KeyLookups Lookups);
