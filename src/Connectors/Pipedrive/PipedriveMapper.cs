using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Pipedrive;

/// <summary>Maps Pipedrive's webhooks and rows to events. Pure.</summary>
internal static class PipedriveMapper
{
    /// <summary>The member with the consent to marketing, and the raw stage of a lead in the inbox.</summary>
    public const string Marketing = "marketing_status", LeadStage = "lead";

    /// <summary>How the origin of what the hub made begins.</summary>
    public const string OwnOrigin = "integration-hub:";

    private const string Unsubscribed = "unsubscribed", Subscribed = "subscribed", ArchivedLead = "Lead archived";

    private static readonly ImmutableArray<string> Email = ["email"];

    /// <summary>Maps a change or a row.</summary>
    public static IReadOnlyList<SourceEvent> Map(PipedriveChange change, PipedriveOptions options)
    {
        var header = HeaderOf(change, options);
        if (options.UserId is { } own && change.ApiUser == own)
        {
            return [new IgnoredEvent(header)];
        }

        return change switch
        {
            { Action: not ("create" or "change" or "delete" or "merge" or PipedriveChange.Row) } => [Unread(header, change)],
            { Entity: "deal" or "person" or "lead" or "activity", Id: null } => [Unreadable(change, "the record has no id")],
            { Entity: "deal" } => OfDeal(change, header, options),
            { Entity: "person" } => OfPerson(change, header, options),
            { Entity: "lead" } => [OfLead(change, header, options)],
            { Entity: "activity" } => [OfActivity(change, header, options)],
            { Entity: "note" or "organization" } => [new IgnoredEvent(header)],
            _ => [Unread(header, change)],
        };
    }

    /// <summary>Maps the rows of a page, without duplicates, in order of appearance.</summary>
    public static IReadOnlyList<SourceEvent> MapRows(JsonElement page, PipedriveOptions options) =>
    [
        .. page.Items("data").SelectMany(row => row.ValueKind == JsonValueKind.Object
                ? Map(PipedriveWire.ReadRow(row), options)
                : [UnreadableEvent.Of("pipedrive", ToolSide.Crm, UnreadableEvent.Fingerprint(row.GetRawText()), "a row is not an object")])
            .DistinctBy(source => source.DedupeKey),
    ];

    /// <summary>Returns the profile of a person's state. A value that was cleared is empty; one that is withheld, or was never
    /// there, is unknown.</summary>
    public static LeadProfile ProfileOf(PipedriveChange change, PipedriveOptions options)
    {
        var person = change.Known;
        var phone = Said(change, "phones") ?? Said(change, "phone");
        return new()
        {
            Email = EmailsOf(person) is [var first, ..] ? first : (Said(change, "emails") ?? Said(change, "email")) == "" ? "" : null,
            FirstName = Said(change, "first_name"),
            LastName = Said(change, "last_name"),
            Company = Known(person.Text("org_name")),
            JobTitle = options.JobTitleField is { } field ? Known(CustomOf(person, field)) : null,
            Phone = phone,
            ComparablePhone = PhoneNumber.Comparable(phone, options.PhoneRegion),
        };
    }

    /// <summary>Returns the canonical addresses of a person, the primary one first.</summary>
    public static IReadOnlyList<string> EmailsOf(JsonElement person) =>
    [
        .. person.Items("emails").Concat(person.Items("email"))
            .OrderByDescending(email => email.Text("primary") == "true")
            .Select(email => email.Text("value"))
            .Select(text => !Withheld.Is(text) && EmailAddress.TryParse(text, out var email) ? email.Address : null)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Returns a custom field's value: in version 2 an object or a scalar, in version 1 a member of the record.</summary>
    public static string? CustomOf(JsonElement record, string key) =>
        record.Member("custom_fields") is var fields && fields.Member(key).ValueKind == JsonValueKind.Object
            ? fields.Member(key).Text("value")
            : fields.Text(key) ?? record.Text(key);

    private static IReadOnlyList<SourceEvent> OfDeal(PipedriveChange change, EventHeader header, PipedriveOptions options)
    {
        var deal = change.Known;
        if (change.Action == "delete" || deal.Text("status") == "deleted" || deal.Text("is_deleted") == "true")
        {
            return [new DealDeletedEvent(header) { DealId = change.Id! }];
        }

        if (change.Data.ValueKind != JsonValueKind.Object)
        {
            return [Unreadable(change, "the deal has no state")];
        }

        var isNew = change.Action == "create" || IsNewRow(change);
        if (isNew && IsOwn(deal))
        {
            return [new IgnoredEvent(header)];
        }

        var changed = WithState(change, header, isNew, options);
        return PipedriveWire.IdIn(change.Previous, "person_id") is { } former && change.HasChanged("person_id")
            ? [changed, Left(change, header, former, options)]
            : [changed];
    }

    /// <summary>Maps the state of a deal. Status and stage do not depend on each other: a won deal keeps its stage, so the
    /// status is read first.</summary>
    private static DealChangedEvent WithState(PipedriveChange change, EventHeader header, bool isNew, PipedriveOptions options)
    {
        var deal = change.Data;
        var stage = deal.Text("stage_id");
        var isMoved = isNew || change.Action == PipedriveChange.Row || change.HasChanged("stage_id") || change.HasChanged("status");
        var meaning = !isMoved ? null
            : deal.Text("status") switch
            {
                "won" => DealStageMeaning.Won,
                "lost" => DealStageMeaning.Lost,
                _ => options.DealStages.TryGet(stage, out var known) ? known : null,
            };
        var before = change.HasChanged("stage_id") ? change.Previous.Text("stage_id") : stage;
        var changed = new DealChangedEvent(header)
        {
            DealId = change.Id!,
            IsNew = isNew,
            FromStageRaw = isMoved && change.Action is "change" or "merge" ? before : null,
            ToStageRaw = isMoved ? stage : null,
            Meaning = meaning,
            Amount = deal.Number("value"),
            Currency = deal.Text("currency")?.ToUpperInvariant(),
            Owner = PipedriveWire.IdIn(deal, "owner_id") ?? PipedriveWire.IdIn(deal, "user_id"),
            LostReason = meaning?.Status == DealStatus.Lost ? Known(deal.Text("lost_reason")) : null,
            ClosedOn = DayOf(deal.Text("close_time") ?? deal.Text("won_time") ?? deal.Text("lost_time")
                ?? deal.Text("expected_close_date")),
            Cleared =
            [
                .. IsCleared(change, "value") ? [DealProperty.Amount] : Array.Empty<DealProperty>(),
                .. IsCleared(change, "currency") ? [DealProperty.Currency] : Array.Empty<DealProperty>(),
                .. IsCleared(change, "owner_id") ? [DealProperty.Owner] : Array.Empty<DealProperty>(),
            ],
            NeedsEnrichment = header.People.IsEmpty ? [] : Email,
        };
        return changed with
        {
            ShowsWork = changed.Kind is SourceEventKind.DealCreated or SourceEventKind.DealStageChanged or SourceEventKind.DealWon,
        };
    }

    /// <summary>Takes the deal from the person that it was of before.</summary>
    private static AssociationRemovedEvent Left(PipedriveChange change, EventHeader header, string former, PipedriveOptions options) =>
        new(header)
        {
            DealId = change.Id!,
            DedupeKey = $"{header.DedupeKey}|left|{former}",
            People = [IdentityKey.Person(options.Name, former)],
            ExternalIds = header.ExternalIds.SetItem("personId", former),
            OnlyIfKnown = true,
        };

    private static IReadOnlyList<SourceEvent> OfPerson(PipedriveChange change, EventHeader header, PipedriveOptions options)
    {
        var emails = EmailsOf(change.Known);
        header = header with { SubjectEmail = emails is [var first, ..] ? first : null };
        if (change.MergedTo is { } survivor)
        {
            return [Merged(change, header, survivor, change.Id!, "survivorPersonId", survivor, options)];
        }

        if (change.Action == "delete" || change.Known.Text("is_deleted") == "true")
        {
            return [new ContactDeletedEvent(header)];
        }

        if (change.MergedFrom is { } loser)
        {
            return [Merged(change, header, change.Id!, loser, "mergedPersonId", loser, options)];
        }

        if (change.Action == "merge" || change.Data.ValueKind != JsonValueKind.Object)
        {
            return [Unreadable(change, change.Action == "merge" ? "the merge names no record that is gone" : "the person has no state")];
        }

        return OfPresentPerson(change, header, emails, options);
    }

    private static List<SourceEvent> OfPresentPerson(
        PipedriveChange change, EventHeader header, IReadOnlyList<string> emails, PipedriveOptions options)
    {
        var (consent, events) = (ConsentOf(change), new List<SourceEvent>());
        if (consent is null || !IsOnlyConsent(change))
        {
            events.Add(WithProfile(RecordOf(change, header), change, emails, options));
        }

        if (consent is { } said)
        {
            events.Add(WithProfile(
                new ConsentChangedEvent(header)
                {
                    Consent = said, Stage = said == MailConsent.Subscribed ? FunnelStage.Awareness : null,
                    DedupeKey = events.Count == 0 ? header.DedupeKey : $"{header.DedupeKey}|consent",
                },
                change, emails, options));
        }

        return events;
    }

    private static PersonEvent RecordOf(PipedriveChange change, EventHeader header)
    {
        if (change.Action == "create")
        {
            return new ContactCreatedEvent(header);
        }

        var isMailed = change.HasChanged("emails") || change.HasChanged("email");
        return isMailed && header.SubjectEmail is { } present && EmailsOf(change.Previous) is [var former, ..] && former != present
            ? new EmailChangedEvent(header) { PreviousEmail = former }
            : new ContactUpdatedEvent(header);
    }

    /// <summary>Adds what every state of a person has. An organisation has its name elsewhere, which is read at first
    /// meeting.</summary>
    private static PersonEvent WithProfile(
        PersonEvent source, PipedriveChange change, IReadOnlyList<string> emails, PipedriveOptions options) => source with
        {
            Profile = ProfileOf(change, options),
            FurtherEmails = [.. emails.Skip(1)],
            IsPartial = PipedriveWire.IdIn(change.Data, "org_id") is not null && change.Data.Text("org_name") is null,
            ShowsRecord = change.Action == PipedriveChange.Row,
        };

    /// <summary>Returns what changed about consent; null for nothing. A row repeats its status with every change of anything,
    /// so only its opt-out counts: an old consent must not undo a later opt-out.</summary>
    private static MailConsent? ConsentOf(PipedriveChange change)
    {
        var isStated = change.Action is "create" or PipedriveChange.Row || change.HasChanged(Marketing);
        return !isStated ? null : change.Data.Text(Marketing) switch
        {
            Subscribed when change.Action != PipedriveChange.Row => MailConsent.Subscribed,
            Unsubscribed => MailConsent.Unsubscribed,
            "no_consent" when change.Previous.Text(Marketing) == Subscribed => MailConsent.Unsubscribed,
            _ => null,
        };
    }

    private static bool IsOnlyConsent(PipedriveChange change) =>
        change is { Action: "change", Previous.ValueKind: JsonValueKind.Object }
        && change.Previous.EnumerateObject().All(member =>
            member.Name is Marketing or "update_time" or "doi_status" || !change.HasChanged(member.Name));

    private static ContactMergedEvent Merged(
        PipedriveChange change, EventHeader header, string survivor, string loser, string name, string other, PipedriveOptions options) =>
        new(header)
        {
            ExternalIds = header.ExternalIds.SetItem(name, other),
            People = [IdentityKey.Person(options.Name, survivor)],
            Merged = [IdentityKey.Person(options.Name, loser)],
            FurtherEmails = [.. EmailsOf(change.Known).Skip(1)],
        };

    /// <summary>Maps a lead of the inbox. Sales that archive one give it back; one that becomes a deal is deleted.</summary>
    private static SourceEvent OfLead(PipedriveChange change, EventHeader header, PipedriveOptions options)
    {
        var lead = change.Known;
        if (header.People.IsEmpty || change.Action == "delete" || (change.Action == "create" && IsOwn(lead)))
        {
            return new IgnoredEvent(header);
        }

        if (change.HasChanged("is_archived") && change.Data.Text("is_archived") == "true")
        {
            var reason = options.ReturnReasonField is { } field ? Known(CustomOf(lead, field)) : null;
            return new HandoffReturnedEvent(header) { ToStageRaw = ArchivedLead, Reason = reason ?? ArchivedLead, NeedsEnrichment = Email };
        }

        var owner = PipedriveWire.IdIn(lead, "owner_id");
        return change.Action == "create"
            ? new StageChangedEvent(header)
            {
                ToStageRaw = LeadStage, Stage = options.Stages.TryGet(LeadStage, out var stage) ? stage : null, Owner = owner,
                NeedsEnrichment = Email,
            }
            : change.HasChanged("owner_id")
                ? new ContactUpdatedEvent(header) { Owner = owner, ShowsWork = true, OnlyIfKnown = true }
                : new IgnoredEvent(header);
    }

    /// <summary>Maps an activity. An open one is a booking, and a done one is work. The hub's own counts only when it is
    /// done.</summary>
    private static SourceEvent OfActivity(PipedriveChange change, EventHeader header, PipedriveOptions options)
    {
        var activity = change.Known;
        var isGone = change.Action == "delete" || activity.Text("is_deleted") == "true";
        var isDone = !isGone && activity.Text("done") is "true" or "1";
        if (header.People.IsEmpty || (!isDone && IsMarked(activity)))
        {
            return new IgnoredEvent(header);
        }

        var time = JsonFields.IsoTime($"{activity.Text("due_date")}T{activity.Text("due_time")}Z");
        var day = DayOf(activity.Text("due_date"));
        return new ActivityEvent(header)
        {
            Detail = Known(activity.Text("subject")),
            Owner = PipedriveWire.IdIn(activity, "owner_id") ?? PipedriveWire.IdIn(activity, "user_id"),
            ShowsWork = isDone,
            Booking = isDone || isGone ? new(change.Id!, null, null) : new(change.Id!, time, time is null ? day : null),
            OnlyIfKnown = true,
        };
    }

    private static EventHeader HeaderOf(PipedriveChange change, PipedriveOptions options)
    {
        var record = change.Known;
        var person = change.Entity == "person" ? change.Id
            : PipedriveWire.IdIn(record, "person_id")
                ?? record.Items("participants").OrderByDescending(participant => participant.Text("primary") == "true")
                    .Select(participant => participant.Text("person_id")).FirstOrDefault(id => id is not null);
        (string Name, string? Id)[] ids =
        [
            ("companyId", change.CompanyId ?? options.CompanyId), ("personId", person),
            ("dealId", change.Entity == "deal" ? change.Id : PipedriveWire.IdIn(record, "deal_id")),
            ($"{change.Entity}Id", change.Entity is "person" or "deal" or PipedriveChange.Row ? null : change.Id),
        ];
        return new($"pipedrive|{change.CompanyId ?? options.CompanyId}|{change.Key}", ToolSide.Crm, change.At)
        {
            ExternalIds = ids.Where(id => id.Id is not null).DistinctBy(id => id.Name)
                .ToImmutableSortedDictionary(id => id.Name, id => id.Id!),
            People = person is null ? [] : [IdentityKey.Person(options.Name, person)],
        };
    }

    /// <summary>Whether the hub made a lead or deal.</summary>
    private static bool IsOwn(JsonElement record) => record.Text("origin_id")?.StartsWith(OwnOrigin, StringComparison.Ordinal) == true;

    private static bool IsMarked(JsonElement activity) =>
        activity.Text("note")?.Contains(NoteOnce.MarkOf("")[..^2], StringComparison.Ordinal) == true;

    private static bool IsNewRow(PipedriveChange change) =>
        change.Action == PipedriveChange.Row && change.Data.Text("add_time") is { } added && added == change.Data.Text("update_time");

    private static bool IsCleared(PipedriveChange change, string name) =>
        change.HasChanged(name) && change.Data.Member(name).ValueKind == JsonValueKind.Null;

    /// <summary>Returns a value: "" when it was cleared, null when it is unknown or withheld. Of several the primary one
    /// counts.</summary>
    private static string? Said(PipedriveChange change, string name)
    {
        var (now, before) = (TextOf(change.Known, name), TextOf(change.Previous, name));
        return now is not null ? Known(now) : before is not null && change.HasChanged(name) ? "" : null;
    }

    private static string? TextOf(JsonElement record, string name) => record.Member(name).ValueKind != JsonValueKind.Array
        ? record.Text(name)
        : record.Items(name).OrderByDescending(item => item.Text("primary") == "true")
            .Select(item => item.Text("value")).FirstOrDefault(text => text is not null);

    /// <summary>Reads a day, or the day of a time.</summary>
    private static DateOnly? DayOf(string? text) =>
        text is { Length: >= 10 }
        && DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day : null;

    private static string? Known(string? text) => Withheld.Is(text) ? null : text;

    private static UnreadEvent Unread(EventHeader header, PipedriveChange change) =>
        new(header) { VendorKind = $"{change.Entity} {change.Action}" };

    private static UnreadableEvent Unreadable(PipedriveChange change, string why) =>
        UnreadableEvent.Of("pipedrive", ToolSide.Crm, UnreadableEvent.Fingerprint(change.Key), why);
}
