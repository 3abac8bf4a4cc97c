using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.AccountEngagement;

/// <summary>Maps pages of the API to events. A page does not name its object: the fields of a record tell. Pure.</summary>
internal static class AccountEngagementMapper
{
    private static readonly ImmutableArray<string> Email = ["email"];

    /// <summary>Parses a page; null when it is not an object with values.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body) => WellFormed.Parse(
        body, static root => root.Member("values").ValueKind == JsonValueKind.Array);

    /// <summary>Maps the records of a page, without duplicates, in order of appearance.</summary>
    public static IReadOnlyList<SourceEvent> Map(JsonElement page, AccountEngagementOptions options) =>
        [.. page.Items("values").Select(record => OfRecord(record, options)).DistinctBy(source => source.DedupeKey)];

    private static SourceEvent OfRecord(JsonElement record, AccountEngagementOptions options)
    {
        if (record.Text("id") is not { } id)
        {
            var fingerprint = UnreadableEvent.Fingerprint(record.GetRawText());
            return UnreadableEvent.Of("pardot", ToolSide.Marketing, fingerprint, "a record has no id");
        }

        return record.Member("nextStageId").ValueKind != JsonValueKind.Undefined ? OfLifecycle(record, id, options)
            : record.Member("typeName").ValueKind != JsonValueKind.Undefined ? OfActivity(record, id, options)
            : OfProspect(record, id, options);
    }

    private static SourceEvent OfProspect(JsonElement record, string id, AccountEngagementOptions options)
    {
        var changed = record.Text("updatedAt");
        var header = HeaderOf($"prospect|{id}|{changed}", id, changed, options) with
        {
            SubjectEmail = EmailAddress.TryParse(Known(record, "email"), out var email) ? email.Address : null,
        };
        if (record.Text("salesforceId") is { } crm)
        {
            header = header with { ExternalIds = header.ExternalIds.Add("salesforceId", crm) };
        }

        if (IsTrue(record, "isDeleted"))
        {
            return new ContactDeletedEvent(header);
        }

        var profile = new LeadProfile
        {
            Email = header.SubjectEmail,
            FirstName = Known(record, "firstName"),
            LastName = Known(record, "lastName"),
            Company = Known(record, "company"),
            JobTitle = Known(record, "jobTitle"),
            Phone = Known(record, "phone"),
            Region = Known(record, "country"),
            Score = decimal.TryParse(record.Text("score"), System.Globalization.CultureInfo.InvariantCulture, out var score) ? score : null,
        };
        return IsTrue(record, "optedOut") || IsTrue(record, "isDoNotEmail")
            ? new ConsentChangedEvent(header) { Consent = MailConsent.Unsubscribed, Profile = profile }
            : new ContactUpdatedEvent(header) { Profile = profile };
    }

    private static SourceEvent OfLifecycle(JsonElement record, string id, AccountEngagementOptions options)
    {
        var header = HeaderOf($"lifecycle|{id}", record.Text("prospectId"), record.Text("createdAt"), options);
        return record.Text("nextStageId") is { } raw
            ? new StageChangedEvent(header)
            {
                FromStageRaw = record.Text("previousStageId"),
                ToStageRaw = raw,
                Stage = options.Stages.TryGet(raw, out var stage) ? stage : null,
                NeedsEnrichment = Email,
            }
            : new IgnoredEvent(header);
    }

    /// <summary>Maps a visitor's activity. The numbers of the types are those of earlier versions of the API.</summary>
    private static SourceEvent OfActivity(JsonElement record, string id, AccountEngagementOptions options)
    {
        var header = HeaderOf($"activity|{id}", record.Text("prospectId"), record.Text("createdAt"), options);
        SourceEvent source = record.Text("type") switch
        {
            "1" => Touched(header, TouchKind.Click, record),
            "2" or "17" => Touched(header, TouchKind.PageVisit, record),
            "4" => Touched(header, TouchKind.Form, record),
            "11" => Touched(header, TouchKind.Open, record),
            "12" => new ConsentChangedEvent(header) { Consent = MailConsent.Unsubscribed },
            "13" => new ConsentChangedEvent(header) { Consent = MailConsent.Bounced },
            "14" => new ConsentChangedEvent(header) { Consent = MailConsent.Complained },
            "34" => new ConsentChangedEvent(header) { Consent = MailConsent.Subscribed, Stage = FunnelStage.Awareness },
            "6" => new IgnoredEvent(header),
            var other => new UnreadEvent(header) { VendorKind = $"activity {record.Text("typeName") ?? other ?? "without type"}" },
        };
        return source is PersonEvent person ? person with { NeedsEnrichment = Email, OnlyIfKnown = person is ActivityEvent } : source;
    }

    private static ActivityEvent Touched(EventHeader header, TouchKind touch, JsonElement record) => new(header)
    {
        Touch = touch,
        Stage = touch == TouchKind.PageVisit ? FunnelStage.Awareness : FunnelStage.Interest,
        Campaign = record.Text("campaignId"),
        Known = record.Text("campaignId") is { } campaign ? new() { Id = campaign } : null,
        Detail = Known(record, "details"),
    };

    private static EventHeader HeaderOf(string key, string? prospect, string? at, AccountEngagementOptions options) =>
        new($"pardot|{options.BusinessUnitId}|{key}", ToolSide.Marketing, JsonFields.IsoTime(at))
        {
            ExternalIds = prospect is null ? ImmutableSortedDictionary<string, string>.Empty
                : ImmutableSortedDictionary<string, string>.Empty.Add("prospectId", prospect),
            People = prospect is null ? [] : [IdentityKey.Person(options.Name, prospect)],
        };

    private static bool IsTrue(JsonElement record, string name) => record.Member(name).ValueKind == JsonValueKind.True;

    private static string? Known(JsonElement element, string name) =>
        element.Text(name) is { } text && !Withheld.Is(text) ? text : null;
}
