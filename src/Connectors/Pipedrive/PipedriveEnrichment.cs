using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Pipedrive;

/// <summary>Adds the persons that deals, leads and activities name by id only, and the names of organisations.</summary>
internal sealed class PipedriveEnrichment(PipedriveClient client, PipedriveOptions options)
{
    private const string Organization = "org_id";

    /// <summary>Enriches events with one call for each 100 persons and each 100 organisations.</summary>
    public async Task<IReadOnlyList<SourceEvent>> RunAsync(IReadOnlyList<SourceEvent> events, CancellationToken cancellationToken)
    {
        var ids = events.OfType<LeadEvent>().SelectMany(source => source.People).Select(person => person.Id).Distinct().ToList();
        var persons = await client.PersonsAsync(ids, cancellationToken);
        var organizations = await client.OrganizationsAsync(
            persons.Values.Select(person => PipedriveWire.IdIn(person, Organization)).OfType<string>(), cancellationToken);
        return [.. events.SelectMany(source => With(source, persons, organizations)).DistinctBy(source => source.DedupeKey)];
    }

    private IEnumerable<SourceEvent> With(
        SourceEvent source, Dictionary<string, JsonElement> persons, Dictionary<string, JsonElement> organizations)
    {
        var there = source is LeadEvent
            ? source.People.Where(person => persons.ContainsKey(person.Id)).ToList()
            : [];
        var full = source with { NeedsEnrichment = [] };
        if (there.Count == 0 || source is AssociationRemovedEvent or ContactMergedEvent or ContactDeletedEvent)
        {
            return [full];
        }

        var (person, profile) = (persons[there[0].Id], ProfileOf(persons[there[0].Id], organizations));
        return full is PersonEvent about
            ?
            [
                about with
                {
                    SubjectEmail = about.SubjectEmail ?? profile.Email,
                    Profile = about.Profile is { } said ? ProfileFields.Over(said, profile) : profile,
                },
                .. OptOut(about, person),
            ]
            :
            [
                full with { SubjectEmail = profile.Email },
                new ContactUpdatedEvent(source)
                {
                    DedupeKey = $"{source.DedupeKey}|{there[0].Id}", SubjectEmail = profile.Email, Profile = profile,
                },
                .. OptOut(source, person),
            ];
    }

    /// <summary>Repeats the opt-out of a person who is met: it may be older than the hub.</summary>
    private static IEnumerable<SourceEvent> OptOut(SourceEvent source, JsonElement person)
    {
        if (person.Text(PipedriveMapper.Marketing) == "unsubscribed" && source is not ConsentChangedEvent)
        {
            yield return new ConsentChangedEvent(source)
            {
                Consent = MailConsent.Unsubscribed, DedupeKey = $"{source.DedupeKey}|optOut",
                SubjectEmail = PipedriveMapper.EmailsOf(person) is [var first, ..] ? first : source.SubjectEmail,
            };
        }
    }

    private LeadProfile ProfileOf(JsonElement person, Dictionary<string, JsonElement> organizations)
    {
        var profile = PipedriveMapper.ProfileOf(PipedriveWire.ReadRow(person), options);
        var organization = PipedriveWire.IdIn(person, Organization);
        return organization is not null && organizations.TryGetValue(organization, out var named)
            ? profile with { Company = named.Text("name") ?? profile.Company }
            : profile;
    }
}
