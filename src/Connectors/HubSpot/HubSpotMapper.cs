using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>Maps HubSpot's webhooks to events. Pure.</summary>
internal static class HubSpotMapper
{
    private const string Contact = "contact";
    private const string Deal = "deal";

    /// <summary>What almost every webhook lacks.</summary>
    private static readonly ImmutableArray<string> Email = ["email"];

    /// <summary>Values of <c>hs_lead_status</c> that show that somebody works on the lead.</summary>
    private static readonly HashSet<string> Working = new(StringComparer.OrdinalIgnoreCase)
    { "IN_PROGRESS", "OPEN_DEAL", "ATTEMPTED_TO_CONTACT", "CONNECTED" };

    /// <summary>Parses a webhook's array; null when it is not an array or no element is an object. Other
    /// unreadable elements are marked.</summary>
    public static IReadOnlyList<HubSpotEventWire>? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var elements = JsonSerializer.Deserialize<IReadOnlyList<JsonElement>>(WellFormed.Json(body).Span, WellFormed.Nested);
            return elements is null || (elements.Count > 0 && elements.All(element => element.ValueKind != JsonValueKind.Object))
                ? null : [.. elements.Select(Parse)];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static HubSpotEventWire Parse(JsonElement element)
    {
        try
        {
            if (element.Deserialize<HubSpotEventWire>(HubSpotJson.Options) is { } wire)
            {
                return wire;
            }
        }
        catch (JsonException)
        {
            // Identified by its fingerprint, below.
        }

        return new() { Unreadable = UnreadableEvent.Fingerprint(element.GetRawText()) };
    }

    /// <summary>Maps the account's own events, without duplicates, in order of appearance.</summary>
    public static IReadOnlyList<SourceEvent> Map(IReadOnlyList<HubSpotEventWire> events, HubSpotOptions options)
    {
        var mapped = events.Where(wire => IsOurs(wire, options) || wire.Unreadable is not null)
            .SelectMany(wire => Map(wire, options)).DistinctBy(source => source.DedupeKey).ToList();
        var withStage = mapped.Where(HasStageOfPerson)
            .GroupBy(source => source.People[0]).Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet();

        // Several stage changes of a person give each other's previous stage.
        return [.. mapped.Select(source => HasStageOfPerson(source) && withStage.Contains(source.People[0])
            ? source with { NeedsEnrichment = source.NeedsEnrichment.Remove("fromStage") }
            : source)];
    }

    /// <summary>Whether an event belongs to this connector's account.</summary>
    public static bool IsOurs(HubSpotEventWire wire, HubSpotOptions options) => wire.PortalId == options.PortalId;

    /// <summary>Returns the record key of a contact.</summary>
    public static IdentityKey Person(HubSpotOptions options, long id) => IdentityKey.Person(options.Name, Text(id));

    /// <summary>Parses a deal's amount; null when there is none.</summary>
    public static decimal? Amount(string? text) =>
        decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var amount) ? amount : null;

    /// <summary>Parses the day of a closing in UTC, which webhooks write in milliseconds and records in ISO 8601; null for
    /// none.</summary>
    public static DateOnly? Day(string? text) =>
        (Instant(text ?? "") ?? JsonFields.IsoTime(text)) is { } at ? DateOnly.FromDateTime(at.UtcDateTime) : null;

    /// <summary>Parses a list of addresses. Invalid ones are left out.</summary>
    public static ImmutableArray<string> Addresses(string? list) =>
        [
            .. (list ?? "")
                .Split(';').Select(text => EmailAddress.TryParse(text, out var email) ? email.Address : null).OfType<string>().Distinct(),
        ];

    private static bool HasStageOfPerson(SourceEvent source) => source is StageChangedEvent { People: [_, ..] };

    private static IEnumerable<SourceEvent> Map(HubSpotEventWire wire, HubSpotOptions options)
    {
        if (wire.Unreadable is { } text)
        {
            return [UnreadableEvent.Of("hubspot", ToolSide.Marketing, text, "an element of the array is not a HubSpot event")];
        }

        var type = wire.SubscriptionType ?? wire.EventType ?? "";
        var (entity, change) = Split(type, wire.ObjectTypeId);
        var header = HeaderOf(wire, type);

        return (entity, change) switch
        {
            (_, "associationChange") => [Association(wire, header, options) ?? Unread(wire, type, header)],
            (Contact, _) when (wire.ObjectId ?? wire.PrimaryObjectId) is { } id =>
                [OfContact(wire, change, ContactHeader(header, id, options), id, options) ?? Unread(wire, type, header)],
            (Deal, "merge") when (wire.PrimaryObjectId ?? wire.ObjectId) is { } winner => MergedDeals(wire, header, winner),
            (Deal, _) when wire.ObjectId is { } id =>
                [OfDeal(wire, change, DealHeader(header, id), Text(id), options) ?? new UnreadEvent(header) { VendorKind = type }],
            _ => [Unread(wire, type, header)],
        };
    }

    /// <summary>Splits a type such as <c>contact.creation</c> into object and change. The generic form
    /// <c>object.creation</c> names the object by number.</summary>
    private static (string Entity, string Change) Split(string type, string? objectTypeId)
    {
        var dot = type.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            return ("", "");
        }

        return (EntityOf(type[..dot] == "object" ? objectTypeId : type[..dot]), type[(dot + 1)..]);
    }

    /// <summary>
    /// An object by its number or by its name, which HubSpot writes in several ways; empty for one that is not read.
    /// </summary>
    private static string EntityOf(string? objectType) => objectType?.ToLowerInvariant() switch
    {
        "0-1" or "contact" or "contacts" => Contact,
        "0-3" or "deal" or "deals" => Deal,
        _ => "",
    };

    private static EventHeader HeaderOf(HubSpotEventWire wire, string type) =>
        new(KeyOf(wire, type), ToolSide.Marketing, At(wire.OccurredAt))
        {
            ExternalIds = wire.PortalId is { } portal
                ? ImmutableSortedDictionary<string, string>.Empty.Add("portalId", Text(portal))
                : ImmutableSortedDictionary<string, string>.Empty,
        };

    private static EventHeader ContactHeader(EventHeader header, long id, HubSpotOptions options) => header with
    {
        ExternalIds = header.ExternalIds.Add("contactId", Text(id)),
        People = [Person(options, id)],
    };

    private static EventHeader DealHeader(EventHeader header, long id) => header with
    {
        Side = ToolSide.Crm,
        ExternalIds = header.ExternalIds.Add("dealId", Text(id)),
    };

    private static UnreadEvent Unread(HubSpotEventWire wire, string type, EventHeader header)
    {
        string?[] objects = [type, wire.ObjectTypeId, wire.AssociationType, wire.FromObjectTypeId, wire.ToObjectTypeId];
        return new(header) { VendorKind = string.Join(' ', objects.Where(part => !string.IsNullOrEmpty(part))) };
    }

    /// <summary>Returns the dedupe key. HubSpot's event ids are not unique, so it holds everything that makes an
    /// event. Values are hashed.</summary>
    private static string KeyOf(HubSpotEventWire wire, string type)
    {
        var subject = wire.ObjectId is { } id ? Text(id) : $"{wire.FromObjectId}>{wire.ToObjectId}";
        var key = string.Create(CultureInfo.InvariantCulture, $"hubspot|{wire.PortalId}|{type}|{subject}|{wire.EventId}|{wire.OccurredAt}");
        string?[] details =
        [
            wire.ObjectTypeId, wire.PropertyName, wire.PropertyValue is { } value ? UnreadableEvent.Fingerprint(value) : null,
            wire.AssociationType, wire.FromObjectTypeId, wire.ToObjectTypeId, wire.AssociationRemoved == true ? "removed" : null,
            wire.PrimaryObjectId?.ToString(CultureInfo.InvariantCulture), wire.NewObjectId
                ?.ToString(CultureInfo.InvariantCulture), wire.MergedObjectIds is { } merged
                ? string.Join(',', merged) : null,
        ];
        return string.Join('|', details.Where(detail => !string.IsNullOrEmpty(detail)).Prepend(key));
    }

    /// <summary>Converts a webhook's time; null when it is missing or out of range.</summary>
    private static DateTimeOffset? At(long? milliseconds) =>
        milliseconds is >= 0 and <= 253_402_300_799_999 ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds.Value) : null;

    /// <summary>Maps a contact's event; null for a change that is not read.</summary>
    private static SourceEvent? OfContact(HubSpotEventWire wire, string change, EventHeader header, long id, HubSpotOptions options) =>
        change switch
        {
            "creation" => new ContactCreatedEvent(header) { IsPartial = true, NeedsEnrichment = Email },
            "restore" => new ContactCreatedEvent(header) { Restored = true, IsPartial = true, NeedsEnrichment = Email },
            "deletion" => new ContactDeletedEvent(header),
            "privacyDeletion" => new PrivacyDeletedEvent(header),
            "merge" => MergedContacts(wire, header, id, options),
            "propertyChange" => ContactProperty(wire, header, options) with { IsPartial = true },
            _ => null,
        };

    private static ContactMergedEvent MergedContacts(HubSpotEventWire wire, EventHeader header, long id, HubSpotOptions options)
    {
        var primary = wire.PrimaryObjectId ?? id;
        var survivor = wire.NewObjectId ?? primary;
        var merged = wire.MergedObjectIds ?? [];
        return new(header)
        {
            ExternalIds = header.ExternalIds.SetItem("contactId", Text(survivor)).Add("primaryObjectId", Text(primary))
                .Add("mergedObjectIds", string.Join(',', merged.Select(Text))),
            People = [Person(options, survivor)],
            Merged = [.. merged.Prepend(primary).Where(other => other != survivor).Distinct().Select(other => Person(options, other))],
            IsPartial = true,
        };
    }

    private static PersonEvent ContactProperty(HubSpotEventWire wire, EventHeader header, HubSpotOptions options)
    {
        var value = wire.PropertyValue ?? "";
        return wire.PropertyName switch
        {
            _ when IsWithheld(wire) => new ContactUpdatedEvent(header) { NeedsEnrichment = Email },
            "lifecyclestage" when value.Length > 0 => Lifecycle(header, value, options),
            "email" when EmailAddress.TryParse(value, out var email) => new EmailChangedEvent(header)
            {
                SubjectEmail = email.Address, Profile = new() { Email = email.Address },
            },
            "hs_email_optout" when bool.TryParse(value, out var out_) => new ConsentChangedEvent(header)
            {
                Consent = out_ ? MailConsent.Unsubscribed : MailConsent.Subscribed, NeedsEnrichment = Email,
            },
            "recent_conversion_event_name" when value.Length > 0 => new ActivityEvent(header)
            {
                Touch = TouchKind.Form, Stage = FunnelStage.Interest, Campaign = value, Detail = value,
                AsksRecord = options.CampaignProperty is not null, NeedsEnrichment = Email,
            },
            _ => UpdatedContact(wire.PropertyName, value, new(header) { NeedsEnrichment = Email }, options),
        };
    }

    private static ContactUpdatedEvent UpdatedContact(
        string? property, string value, ContactUpdatedEvent source, HubSpotOptions options) => property switch
        {
            "email" when value.Length == 0 => source with { Profile = new() { Email = "" } },
            "hs_additional_emails" => source with { FurtherEmails = Addresses(value) },
            "hs_lead_status" => source with { Side = ToolSide.Crm, ShowsWork = Working.Contains(value) },
            "notes_next_activity_date" => source with { Side = ToolSide.Crm, Booking = new("next", Instant(value), null) },
            "hubspot_owner_id" => source with { Owner = value.Length > 0 ? value : null },
            "firstname" => source with { Profile = new() { FirstName = value } },
            "lastname" => source with { Profile = new() { LastName = value } },
            "company" => source with { Profile = new() { Company = value } },
            "jobtitle" => source with { Profile = new() { JobTitle = value } },
            "phone" =>
                source with { Profile = new() { Phone = value, ComparablePhone = PhoneNumber.Comparable(value, options.PhoneRegion) } },
            "country" => source with { Profile = new() { Region = value } },
            "hubspotscore" when Amount(value) is { } score => source with { Profile = new() { Score = score } },
            "hubspotscore" when value.Length == 0 => source with { ScoreCleared = true },
            _ => source,
        };

    /// <summary>Whether the value is a placeholder for a sensitive one.</summary>
    private static bool IsWithheld(HubSpotEventWire wire) => wire.IsSensitive == true || Withheld.Is(wire.PropertyValue);

    /// <summary>Parses milliseconds since 1970; null when there are none.</summary>
    private static DateTimeOffset? Instant(string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds <= 253_402_300_799_999
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    private static StageChangedEvent Lifecycle(EventHeader header, string raw, HubSpotOptions options)
    {
        var known = options.Stages.TryGet(raw, out var stage);
        return new(header)
        {
            ToStageRaw = raw, Stage = known ? stage : null, NeedsEnrichment = known ? ["email", "fromStage"] : Email,
        };
    }

    /// <summary>Maps a deal's event; null for a change that is not read.</summary>
    private static SourceEvent? OfDeal(HubSpotEventWire wire, string change, EventHeader header, string id, HubSpotOptions options) =>
        change switch
        {
            "creation" => new DealChangedEvent(header)
            {
                DealId = id, IsNew = true, Meaning = new(DealStatus.Open, null), ShowsWork = true, NeedsEnrichment = Email,
            },
            "deletion" => new DealDeletedEvent(header) { DealId = id },
            "restore" => new ResyncEvent(header) { DealId = id },
            "propertyChange" => ChangedDeal(wire, new(header) { DealId = id, NeedsEnrichment = Email }, options),
            _ => null,
        };

    private static SourceEvent ChangedDeal(HubSpotEventWire wire, DealChangedEvent source, HubSpotOptions options)
    {
        var value = wire.PropertyValue ?? "";
        return wire.PropertyName switch
        {
            _ when IsWithheld(wire) => source,
            "dealstage" when value.Length > 0 => DealStage(source, value, options),
            "amount" when value.Length == 0 => source with { Cleared = [DealProperty.Amount] },
            "amount" => source with { Amount = Amount(value), NeedsEnrichment = ["currency"] },
            "deal_currency_code" => value.Length > 0 ? source with { Currency = value } : source with { Cleared = [DealProperty.Currency] },
            "hubspot_owner_id" => value.Length > 0 ? source with { Owner = value } : source with { Cleared = [DealProperty.Owner] },
            "closedate" =>
                Day(value) is { } closedOn ? source with { ClosedOn = closedOn } : source with { Cleared = [DealProperty.ClosedOn] },
            "closed_lost_reason" =>
                value.Length > 0 ? source with { LostReason = value } : source with { Cleared = [DealProperty.LostReason] },
            "dealtype" when HasTypes(options) => new ResyncEvent(source) { DealId = source.DealId, NeedsEnrichment = Email },
            _ => source,
        };
    }

    private static DealChangedEvent DealStage(DealChangedEvent source, string raw, HubSpotOptions options)
    {
        var staged = source with { ToStageRaw = raw, ShowsWork = true, NeedsEnrichment = Email };
        if (!options.DealStages.TryGet(raw, out var meaning))
        {
            return staged;
        }

        staged = staged with { Meaning = meaning };
        return meaning.Status switch
        {
            DealStatus.Won => staged with { AsksRecord = HasTypes(options), NeedsEnrichment = ["email", "amount", "fromStage"] },
            DealStatus.Lost => staged with { ShowsWork = false },
            _ => staged with { NeedsEnrichment = ["email", "fromStage"] },
        };
    }

    /// <summary>Whether a deal's type may make a won deal Repeat. Events of the stage do not carry the type.</summary>
    private static bool HasTypes(HubSpotOptions options) => options.DealTypes.All.Count > 0;

    /// <summary>Maps a merge of deals: the survivor is read again, the others are deleted.</summary>
    private static IEnumerable<SourceEvent> MergedDeals(HubSpotEventWire wire, EventHeader header, long winner)
    {
        var survivor = wire.NewObjectId ?? winner;
        var gone = (wire.MergedObjectIds ?? []).Prepend(winner).Where(id => id != survivor).Distinct();
        return gone
            .Select(id => (SourceEvent)new DealDeletedEvent(DealHeader(header, id))
            {
                DealId = Text(id), DedupeKey = $"{header.DedupeKey}|{Text(id)}",
            })
            .Prepend(new ResyncEvent(DealHeader(header, survivor)) { DealId = Text(survivor) });
    }

    /// <summary>Maps an association; null for one that is not of a deal and a contact.</summary>
    private static SourceEvent? Association(HubSpotEventWire wire, EventHeader header, HubSpotOptions options)
    {
        var (from, to) = EndsOf(wire);
        var (deal, contact) = (from, to) switch
        {
            (Deal, Contact) => (wire.FromObjectId, wire.ToObjectId),
            (Contact, Deal) => (wire.ToObjectId, wire.FromObjectId),
            _ => (null, null),
        };
        if (deal is not { } dealId || contact is not { } contactId)
        {
            return null;
        }

        var both = ContactHeader(DealHeader(header, dealId), contactId, options);
        return wire.AssociationRemoved == true
            ? new AssociationRemovedEvent(both) { DealId = Text(dealId), OnlyIfKnown = true }
            : new AssociationAddedEvent(both) { DealId = Text(dealId) };
    }

    /// <summary>Returns the two objects of an association, by the generic form's numbers or by a name such as
    /// <c>DEAL_TO_CONTACT</c>, which a label may follow.</summary>
    private static (string From, string To) EndsOf(HubSpotEventWire wire)
    {
        if (wire.FromObjectTypeId is not null && wire.ToObjectTypeId is not null)
        {
            return (EntityOf(wire.FromObjectTypeId), EntityOf(wire.ToObjectTypeId));
        }

        return wire.AssociationType?.ToUpperInvariant().Split("_TO_") is [var from, var to]
            ? (EntityOf(from), EntityOf(to.Split('_')[0])) : ("", "");
    }

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
