using System.Globalization;
using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Marketo;

/// <summary>Adds what activities lack: the lead's address and profile, and what its record shows at first meeting.</summary>
internal static class MarketoEnrichment
{
    /// <summary>How far a record's first writing may lie before its activity.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromMinutes(1);

    /// <summary>Enriches events, by one call for each 300 leads.</summary>
    public static async Task<IReadOnlyList<SourceEvent>> RunAsync(
        IReadOnlyList<SourceEvent> events, MarketoClient client, MarketoOptions options, CancellationToken cancellationToken)
    {
        var ids = events.OfType<PersonEvent>().Where(LacksLead).Select(source => source.People[0].Id).Distinct().ToList();
        var leads = await client.LeadsAsync(ids, cancellationToken);
        var enriched = events.Select(source =>
            source is PersonEvent person && LacksLead(person) && leads.TryGetValue(person.People[0].Id, out var lead)
                ? WithLead(person, lead, options) : source);
        var met = events.OfType<PersonEvent>().Where(LacksLead).GroupBy(source => source.People[0].Id)
            .Where(person => leads.ContainsKey(person.Key))
            .SelectMany(person => Found([.. person], leads[person.Key], options));
        return [.. enriched, .. met];
    }

    private static bool LacksLead(PersonEvent source) =>
        source is { People: [_, ..] } and not (ContactDeletedEvent or ContactMergedEvent);

    /// <summary>Adds the lead's record to an event. The event's own values stay, because they were true at its time.</summary>
    private static PersonEvent WithLead(PersonEvent source, JsonElement lead, MarketoOptions options)
    {
        var email = source.SubjectEmail ?? (EmailAddress.TryParse(Known(lead, "email"), out var address) ? address.Address : null);
        var phone = source.Profile?.Phone ?? Of(PersonProperty.Phone);
        return source with
        {
            SubjectEmail = email,
            NeedsEnrichment = [],
            OnlyIfKnown = source.OnlyIfKnown && email is null,
            Profile = new()
            {
                Email = source.Profile?.Email ?? email,
                FirstName = source.Profile?.FirstName ?? Of(PersonProperty.FirstName),
                LastName = source.Profile?.LastName ?? Of(PersonProperty.LastName),
                Company = source.Profile?.Company ?? Of(PersonProperty.Company),
                JobTitle = source.Profile?.JobTitle ?? Of(PersonProperty.JobTitle),
                Phone = phone,
                ComparablePhone = PhoneNumber.Comparable(phone, options.PhoneRegion),
                Region = source.Profile?.Region ?? Of(PersonProperty.Region),
                Score = source.Profile?.Score ?? lead.Number(MarketoOptions.ScoreField),
            },
        };

        string? Of(PersonProperty property) => Known(lead, MarketoWriting.Fields[property]);
    }

    /// <summary>Returns the stage and the opt-out of a lead's record, where no event brings its own. The record does not say
    /// since when: a stage is as old as the record, an opt-out as new as its last change.</summary>
    private static IEnumerable<SourceEvent> Found(List<PersonEvent> events, JsonElement lead, MarketoOptions options)
    {
        var (first, created) = (events[0], MarketoDay.Parse(lead.Text("createdAt")));
        if (lead.Text(options.StageField) is { } raw && !events.Exists(source => source is IStageEvent { ToStageRaw: not null }))
        {
            yield return new StageChangedEvent(Header("stage", created ?? first.OccurredAt))
            {
                ToStageRaw = raw, Stage = options.Stages.TryGet(raw, out var stage) ? stage : null,
                Past = created is null ? first is not ContactCreatedEvent : created < first.OccurredAt - Together,
            };
        }

        if (lead.Text("unsubscribed") == "true" && !events.Exists(source => source is ConsentChangedEvent))
        {
            yield return new ConsentChangedEvent(Header("unsubscribed", MarketoDay.Parse(lead.Text("updatedAt")) ?? first.OccurredAt))
            {
                Consent = MailConsent.Unsubscribed,
            };
        }

        EventHeader Header(string what, DateTimeOffset? at) => new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"marketo|{options.MunchkinId}|met|{first.People[0].Id}|{what}|{at?.ToUnixTimeMilliseconds()}"),
            ToolSide.Marketing, at)
        {
            People = first.People, ExternalIds = first.ExternalIds.Remove("programId"),
        };
    }

    private static string? Known(JsonElement lead, string field) => lead.Text(field) is { } text && !Withheld.Is(text) ? text : null;
}
