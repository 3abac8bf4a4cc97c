using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Mautic;

/// <summary>Maps Mautic's webhooks to events. Pure.</summary>
internal static class MauticMapper
{
    private const string Prefix = "mautic.";

    private static readonly string[] Groups = ["core", "social", "personal", "professional"];

    private static readonly ImmutableArray<string> FromStage = ["fromStage"];

    /// <summary>Parses a webhook; null when it is not an object with kinds of events.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body) => WellFormed.Parse(
        body, static root => root.ValueKind == JsonValueKind.Object && root.EnumerateObject().Any());

    /// <summary>Returns the events with their kinds, in order of appearance. What is not a list counts as one
    /// event.</summary>
    public static IEnumerable<(string Kind, JsonElement Event)> EventsOf(JsonElement webhook) =>
        from kind in webhook.EnumerateObject()
        from item in ItemsOf(kind.Value)
        select (kind.Name.StartsWith(Prefix, StringComparison.Ordinal) ? kind.Name[Prefix.Length..] : kind.Name, item);

    /// <summary>Maps the events of a webhook, without duplicates.</summary>
    public static IReadOnlyList<SourceEvent> Map(JsonElement webhook, MauticOptions options) =>
        [.. EventsOf(webhook).SelectMany(each => Map(each.Kind, each.Event, options)).DistinctBy(source => source.DedupeKey)];

    private static IEnumerable<JsonElement> ItemsOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];

    private static IEnumerable<SourceEvent> Map(string kind, JsonElement element, MauticOptions options)
    {
        var contact = ContactOf(element);
        var header = HeaderOf(kind, element, contact, options);
        return kind switch
        {
            "email_on_send" or "sms_on_send" or "company_post_save" or "company_post_delete" => [new IgnoredEvent(header)],
            "lead_post_save_new" or "lead_post_save_update" or "lead_points_change" or "lead_channel_subscription_changed"
                or "lead_post_delete" or "lead_company_change" or "form_on_submit" or "page_on_hit" or "email_on_open" =>
                header.SubjectEmail is null && header.People.IsEmpty
                    ? [Unreadable(element, $"{kind} names no contact")]
                    : OfContact(kind, header, element, contact, options),
            _ => [new UnreadEvent(header) { VendorKind = kind }],
        };
    }

    private static IEnumerable<SourceEvent> OfContact(
        string kind, EventHeader header, JsonElement element, JsonElement contact, MauticOptions options)
    {
        var profile = ProfileOf(header, contact, options);
        switch (kind)
        {
            case "lead_post_save_new":
                return [Created(header, contact, options) with { Profile = profile }, .. DoNotContact(header, contact)];
            case "lead_post_save_update":
                return [Updated(header, contact, profile, options), .. DoNotContact(header, contact)];
            case "lead_company_change":
                return [new ContactUpdatedEvent(header) { Profile = profile }];
            case "lead_post_delete":
                return [new ContactDeletedEvent(header)];
            case "lead_channel_subscription_changed":
                return [Consent(header, element)];
            case "lead_points_change":
                var points = element.Member("points");
                return
                [
                    new ActivityEvent(header)
                    {
                        Detail = $"points {points.Text("old_points")} → {points.Text("new_points")}",
                        Profile = profile with { Score = points.Number("new_points") ?? profile.Score },
                    },
                ];
            default:
                return [Touched(kind, header, element) with { Profile = profile, OnlyIfKnown = header.SubjectEmail is null }];
        }
    }

    private static ContactCreatedEvent Created(EventHeader header, JsonElement contact, MauticOptions options) =>
        StageOf(contact) is { } raw
            ? new(header) { ToStageRaw = raw, Stage = Meaning(raw, options) }
            : new(header) { Stage = FunnelStage.Interest };

    /// <summary>Maps any saving of a contact. Mautic has no event for a stage: the contact's stage is compared with the
    /// known one where the events are folded.</summary>
    private static PersonEvent Updated(EventHeader header, JsonElement contact, LeadProfile profile, MauticOptions options) =>
        StageOf(contact) is { } raw
            ? new StageChangedEvent(header)
            {
                ToStageRaw = raw, Stage = Meaning(raw, options), Profile = profile, NeedsEnrichment = FromStage,
            }
            : new ContactUpdatedEvent(header) { Profile = profile };

    private static SourceEvent Consent(EventHeader header, JsonElement element)
    {
        var (channel, status) = (element.Text("channel"), element.Text("new_status"));
        return (channel, status) switch
        {
            ("email", "contactable") =>
                new ConsentChangedEvent(header) { Consent = MailConsent.Subscribed, Stage = FunnelStage.Awareness },
            ("email", "unsubscribed" or "manual") => new ConsentChangedEvent(header) { Consent = MailConsent.Unsubscribed },
            ("email", "bounced") => new ConsentChangedEvent(header) { Consent = MailConsent.Bounced },
            ("email", _) or (null, _) => new UnreadEvent(header) { VendorKind = $"lead_channel_subscription_changed {channel} {status}" },
            _ => new IgnoredEvent(header),
        };
    }

    /// <summary>Returns the opt-out that a saved contact shows, for instances that do not send
    /// <c>lead_channel_subscription_changed</c>. Reason 2 is a bounce.</summary>
    private static IEnumerable<SourceEvent> DoNotContact(EventHeader header, JsonElement contact) =>
        MailRefusals(contact).Take(1).Select(entry =>
            new ConsentChangedEvent(header with { DedupeKey = $"{header.DedupeKey}|doNotContact" })
            {
                Consent = entry.Text("reason") == "2" ? MailConsent.Bounced : MailConsent.Unsubscribed,
            });

    /// <summary>Returns why mail must not go to the contact; none when it may.</summary>
    public static IEnumerable<JsonElement> MailRefusals(JsonElement contact) =>
        contact.Items("doNotContact").Where(entry => entry.Text("channel") == "email");

    private static ActivityEvent Touched(string kind, EventHeader header, JsonElement element) => kind switch
    {
        "form_on_submit" => new(header)
        {
            Touch = TouchKind.Form, Stage = FunnelStage.Interest, Detail = element.Member("submission").Member("form").Text("name"),
        },
        "email_on_open" => new(header)
        {
            Touch = TouchKind.Open, Stage = FunnelStage.Interest,
            Campaign = element.Member("stat").Member("email").Text("name"), Detail = element.Member("stat").Member("email").Text("subject"),
        },
        "page_on_hit" => new(header)
        {
            Touch = TouchKind.PageVisit, Stage = FunnelStage.Awareness,
            Detail = element.Member("hit").Member("page").Text("title") ?? element.Member("hit").Text("url"),
        },
        _ => throw new InvalidOperationException($"Unknown kind {kind}."),
    };

    private static EventHeader HeaderOf(string kind, JsonElement element, JsonElement contact, MauticOptions options)
    {
        // The contact of a deletion has no id any more.
        var id = contact.Text("id") ?? (kind == "lead_post_delete" ? element.Text("id") : null);
        var submission = element.Member("submission");
        var timestamp = element.Text("timestamp") ?? submission.Text("dateSubmitted");

        // Written again, so that the event is the same in a part of a split webhook.
        var fingerprint = UnreadableEvent.Fingerprint(JsonSerializer.Serialize(element, WellFormed.Nested));
        (string Name, string? Id)[] ids = [("contactId", id), ("submissionId", submission.Text("id"))];
        return new(
            $"mautic|{options.Instance}|{kind}|{submission.Text("id") ?? id}|{timestamp}|{fingerprint}",
            ToolSide.Marketing, JsonFields.IsoTime(timestamp))
        {
            ExternalIds = ids.Where(known => known.Id is not null).ToImmutableSortedDictionary(known => known.Name, known => known.Id!),
            People = id is null ? [] : [IdentityKey.Person(options.Name, id)],
            SubjectEmail = EmailAddress.TryParse(Field(contact, "email"), out var email) ? email.Address : null,
        };
    }

    /// <summary>Returns the contact, which Mautic still calls a lead inside other records; undefined for none.</summary>
    private static JsonElement ContactOf(JsonElement element)
    {
        JsonElement[] places =
        [
            element.Member("contact"), element.Member("submission").Member("lead"), element.Member("stat").Member("lead"),
            element.Member("hit").Member("lead"),
        ];
        return Array.Find(places, place => place.ValueKind == JsonValueKind.Object);
    }

    /// <summary>Returns the name of the contact's stage, or its id when a webhook leaves out the name; null for
    /// none.</summary>
    private static string? StageOf(JsonElement contact) => contact.Member("stage").Text("name") ?? contact.Member("stage").Text("id");

    private static FunnelStage? Meaning(string raw, MauticOptions options) => options.Stages.TryGet(raw, out var stage) ? stage : null;

    private static LeadProfile ProfileOf(EventHeader header, JsonElement contact, MauticOptions options)
    {
        var phone = Field(contact, MauticWriting.Fields[PersonProperty.Phone]);
        return new()
        {
            Email = header.SubjectEmail,
            FirstName = Field(contact, MauticWriting.Fields[PersonProperty.FirstName]),
            LastName = Field(contact, MauticWriting.Fields[PersonProperty.LastName]),
            Company = Field(contact, MauticWriting.Fields[PersonProperty.Company]),
            JobTitle = Field(contact, MauticWriting.Fields[PersonProperty.JobTitle]),
            Phone = phone,
            ComparablePhone = PhoneNumber.Comparable(phone, options.PhoneRegion),
            Region = Field(contact, MauticWriting.Fields[PersonProperty.Region]),
            Score = contact.Number("points"),
        };
    }

    /// <summary>Returns a field's value: "" for one that was cleared, null for one that is missing or withheld. A group
    /// without fields is an empty list.</summary>
    public static string? Field(JsonElement contact, string alias)
    {
        var fields = contact.Member("fields");
        var field = Groups.Select(group => fields.Member(group).Member(alias))
            .FirstOrDefault(found => found.ValueKind == JsonValueKind.Object);
        var text = field.ValueKind == JsonValueKind.Object ? field.Text("value") ?? "" : null;
        return Withheld.Is(text) ? null : text;
    }

    private static UnreadableEvent Unreadable(JsonElement element, string why) =>
        UnreadableEvent.Of("mautic", ToolSide.Marketing, UnreadableEvent.Fingerprint(element.GetRawText()), why);
}
