using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Klaviyo;

/// <summary>Maps Klaviyo's system webhooks to events. Pure.</summary>
internal static class KlaviyoMapper
{
    private static readonly ImmutableArray<string> Email = ["email"];

    /// <summary>Parses a webhook; null when it is not an object with an array of events and the sender's data.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body) => WellFormed.Parse(
        body, static root => root.Member("data").ValueKind == JsonValueKind.Array && root.Member("meta").ValueKind == JsonValueKind.Object);

    /// <summary>Maps the events of a webhook, without duplicates, in order of appearance.</summary>
    public static IReadOnlyList<SourceEvent> Map(JsonElement webhook, KlaviyoOptions options) =>
        [.. webhook.Items("data").Select(element => OfElement(element, options)).DistinctBy(source => source.DedupeKey)];

    private static SourceEvent OfElement(JsonElement element, KlaviyoOptions options)
    {
        var happened = element.Member("payload").Member("data");
        if ((element.Text("external_id") ?? happened.Text("id")) is not { } id || element.Text("topic") is not { } topic)
        {
            var fingerprint = UnreadableEvent.Fingerprint(element.GetRawText());
            return UnreadableEvent.Of("klaviyo", ToolSide.Marketing, fingerprint, "an element of data has no external_id or no topic");
        }

        var attributes = happened.Member("attributes");
        var profileId = happened.Member("relationships").Member("profile").Member("data").Text("id");
        var profile = ProfileOf(element.Member("payload"), profileId);
        var header = new EventHeader(
            $"klaviyo|{options.AccountId}|{id}", ToolSide.Marketing,
            JsonFields.UnixSeconds(attributes.Text("timestamp")) ?? JsonFields.IsoTime(attributes.Text("datetime")))
        {
            ExternalIds = profileId is null ? ImmutableSortedDictionary<string, string>.Empty
                : ImmutableSortedDictionary<string, string>.Empty.Add("profileId", profileId),
            People = profileId is null ? [] : [IdentityKey.Person(options.Name, profileId)],
            SubjectEmail = EmailAddress.TryParse(Known(profile, "email"), out var email) ? email.Address : null,
        };
        return options.Topics.TryGetValue(topic, out var meaning)
            ? WithProfile(Map(header, meaning, attributes.Member("event_properties"), options), profile)
            : new UnreadEvent(header) { VendorKind = topic };
    }

    private static SourceEvent Map(EventHeader header, KlaviyoMeaning meaning, JsonElement properties, KlaviyoOptions options) =>
        meaning switch
        {
            KlaviyoMeaning.Ignored => new IgnoredEvent(header),
            KlaviyoMeaning.Subscribed =>
                new ConsentChangedEvent(header) { Consent = MailConsent.Subscribed, Stage = FunnelStage.Awareness },
            KlaviyoMeaning.Unsubscribed => new ConsentChangedEvent(header) { Consent = MailConsent.Unsubscribed },
            KlaviyoMeaning.Bounced => new ConsentChangedEvent(header) { Consent = MailConsent.Bounced },
            KlaviyoMeaning.Complained => new ConsentChangedEvent(header) { Consent = MailConsent.Complained },
            KlaviyoMeaning.Open => Touched(header, TouchKind.Open, properties),
            KlaviyoMeaning.Click => Touched(header, TouchKind.Click, properties),
            KlaviyoMeaning.Form => Touched(header, TouchKind.Form, properties),
            KlaviyoMeaning.Visit => Touched(header, TouchKind.PageVisit, properties),
            KlaviyoMeaning.Conversion => Touched(header, TouchKind.Conversion, properties),
            KlaviyoMeaning.Stage => Staged(header, properties, options),
            _ => throw new InvalidOperationException($"Unknown meaning {meaning}."),
        };

    private static ActivityEvent Touched(EventHeader header, TouchKind touch, JsonElement properties) => new(header)
    {
        Touch = touch,
        Stage = touch == TouchKind.PageVisit ? FunnelStage.Awareness : FunnelStage.Interest,
        Campaign = Known(properties, "Campaign Name"),
        Detail = Known(properties, "Subject") ?? Known(properties, "URL") ?? Known(properties, "form_name"),
    };

    /// <summary>Maps a stage. An event of the stage's topic without a stage says nothing.</summary>
    private static SourceEvent Staged(EventHeader header, JsonElement properties, KlaviyoOptions options) =>
        properties.Text(options.StageProperty) is { } raw
            ? new StageChangedEvent(header)
            {
                FromStageRaw = properties.Text(options.PreviousStageProperty),
                ToStageRaw = raw,
                Stage = options.Stages.TryGet(raw, out var stage) ? stage : null,
            }
            : new IgnoredEvent(header);

    /// <summary>Adds the profile, and marks what must be read where the webhook did not bring it.</summary>
    private static SourceEvent WithProfile(SourceEvent source, JsonElement profile)
    {
        if (source is not PersonEvent person)
        {
            return source;
        }

        var known = new LeadProfile
        {
            Email = source.SubjectEmail,
            FirstName = Known(profile, "first_name"),
            LastName = Known(profile, "last_name"),
            Company = Known(profile, "organization"),
            JobTitle = Known(profile, "title"),
            Phone = Known(profile, "phone_number"),
            Region = Known(profile.Member("location"), "country"),
        };
        return person with
        {
            Profile = known,
            NeedsEnrichment = source.SubjectEmail is null && !source.People.IsEmpty ? Email : [],
        };
    }

    /// <summary>Returns the profile among what the event brings; undefined when it is not there.</summary>
    private static JsonElement ProfileOf(JsonElement payload, string? id) =>
        payload.Items("included").FirstOrDefault(included => included.Text("type") == "profile" && included.Text("id") == id)
            .Member("attributes");

    private static string? Known(JsonElement element, string name) =>
        element.Text(name) is { } text && !Withheld.Is(text) ? text : null;
}
