using System.Collections.Immutable;
using System.Globalization;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Maps Salesforce's rows, change events and outbound messages to events. Pure.</summary>
internal static class SalesforceMapper
{
    /// <summary>Placeholders for a lead's mandatory fields; read back as unknown.</summary>
    public const string NoLastName = "(last name not known)", NoCompany = "(company not known)";

    /// <summary>Maps a page of rows.</summary>
    /// <param name="apiUser">The hub's user; null when unknown.</param>
    public static IReadOnlyList<SourceEvent> MapRows(QueryPage page, string? apiUser, SalesforceOptions options) =>
        Distinct(
            page.Records.SelectMany(record => MapRow(record, apiUser, options))
                .Concat(Unreadable(page.Unreadable, "a row names no type")));

    public static IEnumerable<SourceEvent> MapRow(SalesforceRecord record, string? apiUser, SalesforceOptions options)
    {
        var at = record.Instant("SystemModstamp");
        var header = HeaderOf(record.Entity, record.Id, Key(options, "row", record.Id, record.Version), at, options);
        return Map(record, header, new(Form.Row, apiUser), options);
    }

    /// <summary>Maps outbound notifications.</summary>
    public static IReadOnlyList<SourceEvent> MapNotifications(OutboundMessage message, SalesforceOptions options) =>
        Distinct(message.Notifications.SelectMany(notification =>
        {
            var record = notification.Record;
            var at = record.Instant("LastModifiedDate") ?? record.Instant("SystemModstamp");
            return Map(
                record, HeaderOf(record.Entity, record.Id, Key(options, "om", notification.Id), at, options),
                new(Form.Notification, null), options);
        }).Concat(Unreadable(message.Unreadable, "a notification names no type")));

    /// <summary>Maps change events, one for each of their records.</summary>
    public static IReadOnlyList<SourceEvent> MapChanges(ChangeBatch batch, SalesforceOptions options) =>
        Distinct(batch.Changes.SelectMany(change => change.RecordIds.DefaultIfEmpty("").SelectMany(id => MapChange(change, id, options)))
            .Concat(Unreadable(batch.Unreadable, "a change event names no type")));

    /// <summary>Reads the profile of a Lead or Contact. An empty field clears; a missing one is unknown.</summary>
    public static LeadProfile ProfileOf(SalesforceRecord record, SalesforceOptions options)
    {
        var phone = Said(record, "Phone");
        return new()
        {
            Email = record.IsEmpty("Email") ? "" : Canonical(record.Text("Email")),
            FirstName = Said(record, "FirstName") ?? Said(record, "Name.FirstName"),
            LastName = Known(Said(record, "LastName") ?? Said(record, "Name.LastName"), NoLastName),
            Company = Known(Said(record, "Company"), NoCompany),
            JobTitle = Said(record, "Title"),
            Phone = phone,
            ComparablePhone = PhoneNumber.Comparable(phone, options.PhoneRegion),
            Region = Said(record, "Country") ?? Said(record, "Address.Country"),
        };
    }

    /// <summary>Formats times for dedupe keys and cursors.</summary>
    public static string Stamp(DateTimeOffset? at) =>
        at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) ?? "";

    private static IReadOnlyList<SourceEvent> Distinct(IEnumerable<SourceEvent> events) =>
        [.. events.DistinctBy(source => source.DedupeKey)];

    private static string Key(SalesforceOptions options, params IEnumerable<string> parts) =>
        string.Join('|', parts.Prepend(options.OrganizationId).Prepend("salesforce"));

    private static IEnumerable<SourceEvent> MapChange(ChangeEvent change, string id, SalesforceOptions options)
    {
        var sequence = change.SequenceNumber.ToString(CultureInfo.InvariantCulture);
        var header = HeaderOf(
            change.Entity, id, Key(options, "cdc", change.TransactionKey, sequence, change.Entity, change.ChangeType, id),
            change.CommittedAt, options);
        var record = new SalesforceRecord(change.Entity, id, change.Fields, []);

        if (!IsKnown(change.Entity))
        {
            return [new UnreadEvent(header) { VendorKind = $"{change.Entity} {change.ChangeType}" }];
        }

        if (IsOwn(change))
        {
            return [new IgnoredEvent(header)];
        }

        var again = new ResyncEvent(header)
        {
            DealId = change.Entity == "Opportunity" ? id : null, Restored = change.ChangeType is "UNDELETE" or "GAP_UNDELETE",
        };
        if (change.ChangeType == "GAP_OVERFLOW" || !SalesforceId.IsId(id))
        {
            // An overflow names no record, whatever stands in the place of an id: Salesforce writes zeros.
            return [again with { DealId = null, Gap = new(change.Entity, change.CommittedAt) }];
        }

        return (change.ChangeType, change.Entity) switch
        {
            ("CREATE" or "UPDATE", _) when change.HidesCleared => [again],
            ("UPDATE", "Opportunity") when HasTypes(options) && record.Fields.ContainsKey("Type") && record.Text("StageName") is null =>
                [again],
            ("CREATE" or "UPDATE" or "DELETE" or "GAP_DELETE", "OpportunityContactRole") =>
            [
                OfRole(record, header, change.ChangeType is "DELETE" or "GAP_DELETE", options),
            ],
            ("CREATE" or "UPDATE", "Task") when OfTask(record, header, new(Form.Updated, null), options) is ActivityEvent done => [done],
            (_, "Task" or "Event") => [again],
            ("CREATE", _) => Map(record, header, new(Form.Created, null), options),
            ("UPDATE", _) => Map(record, header, new(Form.Updated, null), options),
            ("DELETE" or "GAP_DELETE", _) => [Deleted(record, header, onlyIfKnown: false, asksRecord: true)],
            _ => [again],
        };
    }

    private static bool IsOwn(ChangeEvent change) =>
        change.ChangeOrigin?.Split(';')
            .Any(part => part.Trim().Equals($"client={SalesforceConnector.ClientName}", StringComparison.OrdinalIgnoreCase)) == true;

    private static bool IsKnown(string entity) =>
        entity is "Lead" or "Contact" or "Opportunity" or "OpportunityContactRole" or "Task" or "Event";

    private static EventHeader HeaderOf(string entity, string id, string key, DateTimeOffset? at, SalesforceOptions options)
    {
        var isId = SalesforceId.IsId(id);
        var (name, isPerson) = entity switch
        {
            "Lead" => ("leadId", true),
            "Contact" => ("contactId", true),
            "Opportunity" => ("opportunityId", false),
            _ => ($"{char.ToLowerInvariant(entity.FirstOrDefault('x'))}{string.Concat(entity.Skip(1))}Id", false),
        };
        return new(key, ToolSide.Crm, at)
        {
            ExternalIds = isId
                ? ImmutableSortedDictionary<string, string>.Empty.Add(name, id)
                : ImmutableSortedDictionary<string, string>.Empty,
            People = isId && isPerson ? [IdentityKey.Person(options.Name, id)] : [],
        };
    }

    private static IEnumerable<SourceEvent> Map(SalesforceRecord record, EventHeader header, RecordForm form, SalesforceOptions options) =>
        record.Entity switch
        {
            "Opportunity" when !SalesforceId.IsId(record.Id) => [new UnreadableEvent(header) { Why = "an opportunity has no id" }],
            _ when record.Flag("IsDeleted") == true => [Gone(record, header, options)],
            "Opportunity" => OfOpportunity(record, header, form, options),
            "Lead" => OfLead(record, header, form, options),
            "Contact" => OfContact(record, header, form, options),
            "OpportunityContactRole" => [OfRole(record, header, removed: false, options)],
            "Task" when form.Form == Form.Row && record.Text(options.TaskExternalIdField) is null =>
                [OfActivity(record, header, form, options)],
            "Task" => [OfTask(record, header, form, options)],
            "Event" => [OfActivity(record, header, form, options)],
            "CampaignMember" when form.Form == Form.Row => [OfMember(record, header, removed: false, options)],
            _ => [new UnreadEvent(header) { VendorKind = record.Entity }],
        };

    private static LeadEvent Deleted(SalesforceRecord record, EventHeader header, bool onlyIfKnown, bool asksRecord) =>
        record.Entity == "Opportunity"
            ? new DealDeletedEvent(header) { DealId = record.Id }
            : new ContactDeletedEvent(header) { OnlyIfKnown = onlyIfKnown, AsksRecord = asksRecord };

    /// <summary>Maps a deleted record. One that names a master was merged into it.</summary>
    private static SourceEvent Gone(SalesforceRecord record, EventHeader header, SalesforceOptions options)
    {
        switch (record.Entity)
        {
            case "OpportunityContactRole":
                return OfRole(record, header, removed: true, options);
            case "CampaignMember":
                return OfMember(record, header, removed: true, options);
            case "Task" or "Event":
                return WithWho(record, new(header) { Booking = new(record.Id, null, null) }, options);
            case "Lead" or "Contact" or "Opportunity":
                break;
            default:
                return new IgnoredEvent(header);
        }

        var onlyIfKnown = record.Entity == "Contact";
        if (record.IdOf("MasterRecordId") is not { } master || record.Entity == "Opportunity")
        {
            return Deleted(record, header, onlyIfKnown, asksRecord: false);
        }

        return new ContactMergedEvent(header)
        {
            OnlyIfKnown = onlyIfKnown,
            ExternalIds = header.ExternalIds.Add("masterRecordId", master),
            People = [IdentityKey.Person(options.Name, master)],
            Merged = header.People,

            // Mail to the loser's address reaches the winner.
            FurtherEmails = Canonical(record.Text("Email")) is { Length: > 0 } email ? [email] : [],
        };
    }

    private static IEnumerable<SourceEvent> OfOpportunity(
        SalesforceRecord record, EventHeader header, RecordForm form, SalesforceOptions options)
    {
        var deal = WithState(record, header, form.Form == Form.Created, options);
        deal = deal with
        {
            ExternalIds = record.IdOf("AccountId") is { } account ? deal.ExternalIds.Add("accountId", account) : deal.ExternalIds,
            ShowsWork = deal.Kind is SourceEventKind.DealCreated or SourceEventKind.DealStageChanged or SourceEventKind.DealWon,
            AsksRecord = form.Form != Form.Row
                && deal.Status == DealStatus.Won
                && HasTypes(options)
                && !record.Fields.ContainsKey("Type"),
            NeedsEnrichment = form.Form == Form.Row ? [] : Lacks(deal),
        };
        return WithPeople(deal, record, options);
    }

    /// <summary>Maps a lead's status since the row's last change. Other records and returns give nothing.</summary>
    public static IEnumerable<StageChangedEvent> StageOf(SalesforceRecord record, SalesforceOptions options)
    {
        var header = HeaderOf(
            record.Entity, record.Id, $"{Key(options, "row", record.Id, record.Version)}|met", record.Instant("SystemModstamp"), options);
        if (record.Entity == "Lead" && record.Flag("IsConverted") == true)
        {
            yield return Converted(record, header, options) with { ShowsWork = false };
        }
        else if (record.Entity == "Lead" && record.Text("Status") is { } status && options.Stages.TryGet(status, out var stage))
        {
            yield return new StageChangedEvent(header) { ToStageRaw = status, Stage = stage };
        }
    }

    /// <summary>Maps an opportunity's present state.</summary>
    public static DealChangedEvent DealOf(SalesforceRecord record, SalesforceOptions options) =>
        WithState(
            record,
            HeaderOf(record.Entity, record.Id, Key(options, "row", record.Id, record.Version), record.Instant("SystemModstamp"), options),
            isNew: false, options);

    /// <summary>Whether any of the people has a role on the opportunity.</summary>
    public static bool HasPerson(SalesforceRecord record, IEnumerable<IdentityKey> people) =>
        people.Any(person => PeopleOf(record).Exists(role => role.ContactId == person.Id));

    private static DealChangedEvent WithState(SalesforceRecord record, EventHeader header, bool isNew, SalesforceOptions options) =>
        new(header)
        {
            DealId = record.Id,
            IsNew = isNew,
            ToStageRaw = record.Text("StageName"),
            Meaning = MeaningOf(record, options),
            Amount = record.Number("Amount"),
            Currency = record.Text("CurrencyIsoCode"),
            Owner = record.IdOf("OwnerId"),
            ClosedOn = Day(record, "CloseDate"),
            LostReason = options.LostReasonField is { } field ? record.Text(field) : null,
            Cleared = ClearedOf(record, options),
        };

    /// <summary>Returns the properties that the record states as empty.</summary>
    public static ImmutableArray<DealProperty> ClearedOf(SalesforceRecord record, SalesforceOptions options) =>
    [
        .. record.IsEmpty("Amount") ? [DealProperty.Amount] : Array.Empty<DealProperty>(),
        .. record.IsEmpty("CurrencyIsoCode") ? [DealProperty.Currency] : Array.Empty<DealProperty>(),
        .. record.IsEmpty("OwnerId") ? [DealProperty.Owner] : Array.Empty<DealProperty>(),
        .. record.IsEmpty("CloseDate") ? [DealProperty.ClosedOn] : Array.Empty<DealProperty>(),
        .. options.LostReasonField is { } field && record.IsEmpty(field) ? [DealProperty.LostReason] : Array.Empty<DealProperty>(),
    ];

    /// <summary>Returns the deal with its people, and what the record says about each.</summary>
    public static IEnumerable<SourceEvent> WithPeople(DealStateEvent deal, SalesforceRecord record, SalesforceOptions options)
    {
        var people = PeopleOf(record);
        var known = people.Where(role => SalesforceId.IsId(role.ContactId)).ToList();
        yield return deal with
        {
            SubjectEmail = deal.SubjectEmail ?? Canonical(people.FirstOrDefault()?.Email),
            People = [.. known.Select(role => IdentityKey.Person(options.Name, role.ContactId))],
        };
        foreach (var role in known)
        {
            var header = HeaderOf("Contact", role.ContactId, $"{deal.DedupeKey}|{role.ContactId}", deal.OccurredAt, options);
            yield return new ContactUpdatedEvent(header)
            {
                SubjectEmail = Canonical(role.Email), Profile = new() { Email = Canonical(role.Email) },
            };
        }
    }

    /// <summary>Returns an opportunity's contacts, the primary one first, then by id. A lone
    /// <c>Contact</c> may lack its id.</summary>
    private static List<ContactRole> PeopleOf(SalesforceRecord record)
    {
        var roles = record.Roles.OrderByDescending(role => role.Primary).ThenBy(role => role.ContactId, StringComparer.Ordinal).ToList();
        var contact = record.IdOf("ContactId") ?? record.IdOf("Contact.Id") ?? "";
        if ((contact.Length > 0 || record.Text("Contact.Email") is not null) && !roles.Any(role => role.ContactId == contact))
        {
            roles.Insert(0, new(contact, record.Text("Contact.Email"), Primary: true));
        }

        return [.. roles.DistinctBy(role => role.ContactId)];
    }

    /// <summary>Returns the meaning of a deal's state; null when no map knows its stage, or there is none. Labels can
    /// be renamed and translated, so IsWon and IsClosed win over the map.</summary>
    private static DealStageMeaning? MeaningOf(SalesforceRecord record, SalesforceOptions options)
    {
        var raw = record.Text("StageName");
        var meaning = options.DealStages.TryGet(raw, out var known) ? known : null;
        return (record.Flag("IsClosed"), record.Flag("IsWon"), meaning?.Status) switch
        {
            (_, true, _) or (null, _, DealStatus.Won) => new(DealStatus.Won, WonStage(record, options)),
            (true, _, _) or (null, _, DealStatus.Lost) => DealStageMeaning.Lost,
            (not null, _, _) when raw is null => new(DealStatus.Open, null),
            (_, _, null) => null,
            _ => new(DealStatus.Open, meaning!.Stage),
        };
    }

    /// <summary>Whether an opportunity's type may make a won one Repeat.</summary>
    private static bool HasTypes(SalesforceOptions options) => options.DealTypes.All.Count > 0;

    /// <summary>Returns the stage of a won deal: Repeat when the map names its type.</summary>
    public static FunnelStage WonStage(SalesforceRecord record, SalesforceOptions options) =>
        options.DealTypes.TryGet(record.Text("Type"), out var stage) ? stage : FunnelStage.Commitment;

    private static ImmutableArray<string> Lacks(DealChangedEvent deal) => deal.Kind switch
    {
        SourceEventKind.DealWon => deal.Amount is null ? ["email", "amount"] : ["email"],
        SourceEventKind.DealStageChanged => ["email", "fromStage"],
        SourceEventKind.DealCreated or SourceEventKind.DealUpdated when deal is { Amount: not null, Currency: null } =>
            ["email", "currency"],
        _ => ["email"],
    };

    private static IEnumerable<SourceEvent> OfLead(
        SalesforceRecord record, EventHeader header, RecordForm form, SalesforceOptions options)
    {
        var person = header with
        {
            SubjectEmail = Canonical(record.Text("Email")),
            HubLeadId = LeadId.TryParse(record.Text(options.LeadExternalIdField), out var id) ? id : null,
        };
        PersonEvent lead = record.Flag("IsConverted") == true
            ? Converted(record, person, options)
            : WithStatus(record, person, form, options);

        yield return WithPerson(lead, record, form, options);
        if (record.Flag("HasOptedOutOfEmail") == true)
        {
            yield return OptOut(person);
        }

        if (record.IdOf("ConvertedOpportunityId") is { } deal)
        {
            yield return new AssociationAddedEvent(lead)
            {
                DealId = deal, DedupeKey = $"{header.DedupeKey}|{deal}", People = person.People,
                ExternalIds = lead.ExternalIds.SetItem("opportunityId", deal), Owner = record.IdOf("OwnerId"),
                NeedsEnrichment = Lacks(person, form),
            };
        }
    }

    private static ConsentChangedEvent OptOut(EventHeader header) =>
        new(header) { Consent = MailConsent.Unsubscribed, DedupeKey = $"{header.DedupeKey}|optOut" };

    private static StageChangedEvent Converted(SalesforceRecord record, EventHeader person, SalesforceOptions options)
    {
        var status = record.Text("Status");
        var contact = record.IdOf("ConvertedContactId");
        return new(person)
        {
            ToStageRaw = status ?? "Closed - Converted",
            Stage = options.Stages.TryGet(status, out var stage) ? stage : FunnelStage.Evaluation,
            People = contact is null ? person.People : person.People.Add(IdentityKey.Person(options.Name, contact)),
            ExternalIds = contact is null ? person.ExternalIds : person.ExternalIds.SetItem("contactId", contact),
            Owner = record.IdOf("OwnerId"),
            ShowsWork = true,
        };
    }

    private static PersonEvent WithStatus(SalesforceRecord record, EventHeader person, RecordForm form, SalesforceOptions options)
    {
        var (owner, wroteLast) = (record.IdOf("OwnerId"), IsWrittenBy(form.ApiUser, record));
        var isOwn = IsOwnRow(record, form, options);
        var showsWork = !isOwn && (OwnerTook(record, person, form, options) || StatusMoved(record, form, options));
        if (isOwn || record.Text("Status") is not { } status)
        {
            return form.Form == Form.Created
                ? new ContactCreatedEvent(person)
                : new ContactUpdatedEvent(person) { Owner = owner, HubWroteLast = wroteLast, ShowsWork = showsWork };
        }

        if (options.ReturnStatuses.Contains(status, StringComparer.OrdinalIgnoreCase))
        {
            // With a reason field a return needs its reason: without one the lead stays with sales.
            var reason = options.ReturnReasonField is { } field ? record.Text(field) : status;
            return new HandoffReturnedEvent(person) { ToStageRaw = status, Reason = reason, HubWroteLast = wroteLast };
        }

        FunnelStage? stage = options.Stages.TryGet(status, out var known) ? known : null;
        return form.Form == Form.Created
            ? new ContactCreatedEvent(person) { ToStageRaw = status, Stage = stage }
            : new StageChangedEvent(person)
            {
                ToStageRaw = status, Stage = stage, Owner = owner, HubWroteLast = wroteLast, ShowsWork = showsWork,
            };
    }

    /// <summary>Whether somebody moved the status. The hub's own write to a record it did not
    /// create must not count.</summary>
    private static bool StatusMoved(SalesforceRecord record, RecordForm form, SalesforceOptions options)
    {
        var ownWriteOnTheirRecord = IsWrittenBy(form.ApiUser, record) && record.IdOf("CreatedById") != form.ApiUser;
        return form.Form != Form.Created && !ownWriteOnTheirRecord
            && record.Text("Status") is { } status
            && !options.InitialStatuses.Concat(options.ReturnStatuses).Contains(status, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Whether the hub created the lead and nobody has changed it since.</summary>
    private static bool IsOwnRow(SalesforceRecord record, RecordForm form, SalesforceOptions options) =>
        IsWrittenBy(form.ApiUser, record) && record.IdOf("CreatedById") == form.ApiUser
        && (record.Text("Status") is not { } status || options.InitialStatuses.Contains(status, StringComparer.OrdinalIgnoreCase));

    private static bool IsWrittenBy(string? user, SalesforceRecord record) => user is not null && record.IdOf("LastModifiedById") == user;

    /// <summary>Whether a person took the lead, who is neither the hub nor an owner it assigned. A row
    /// shows only the present owner, so the last writer must differ from the creator. A routed owner must
    /// be the last writer themselves.</summary>
    private static bool OwnerTook(SalesforceRecord record, EventHeader person, RecordForm form, SalesforceOptions options)
    {
        if (record.IdOf("OwnerId") is not { } owner
            || !owner.StartsWith(SalesforceId.UserPrefix, StringComparison.Ordinal)
            || owner == options.OwnerId
            || owner == form.ApiUser)
        {
            return false;
        }

        return form.Form switch
        {
            Form.Updated => true,
            Form.Row =>
                person.HubLeadId is not null
                    && record.IdOf("CreatedById") is { } maker
                    && owner != maker
                    && record.IdOf("LastModifiedById") is { } writer
                && writer != maker && writer != form.ApiUser && (writer == owner || !options.RoutedOwners.Contains(owner)),
            _ => false,
        };
    }

    private static IEnumerable<SourceEvent> OfContact(
        SalesforceRecord record, EventHeader header, RecordForm form, SalesforceOptions options)
    {
        var onlyIfKnown = form.Form == Form.Row;
        var person = header with { SubjectEmail = Canonical(record.Text("Email")) };
        PersonEvent contact = form.Form == Form.Created
            ? new ContactCreatedEvent(person)
            : new ContactUpdatedEvent(person) { OnlyIfKnown = onlyIfKnown };
        yield return WithPerson(contact, record, form, options);
        if (record.Flag("HasOptedOutOfEmail") == true)
        {
            yield return OptOut(header) with { OnlyIfKnown = onlyIfKnown };
        }
    }

    private static PersonEvent WithPerson(PersonEvent source, SalesforceRecord record, RecordForm form, SalesforceOptions options) =>
        source with
        {
            NeedsEnrichment = Lacks(source, form),
            Profile = ProfileOf(record, options),
            ShowsRecord = form.Form == Form.Row,
            IsPartial = form.Form != Form.Row,
        };

    private static ImmutableArray<string> Lacks(EventHeader person, RecordForm form) =>
        form.Form != Form.Row && person.SubjectEmail is null ? ["email"] : [];

    /// <summary>Maps a role on an opportunity. An event without contact and deal is read
    /// again by the role's id.</summary>
    private static LeadEvent OfRole(SalesforceRecord record, EventHeader header, bool removed, SalesforceOptions options)
    {
        if (record.IdOf("ContactId") is not { } contact || record.IdOf("OpportunityId") is not { } deal)
        {
            return new RelationChangedEvent(header) { RelationId = record.Id, Removed = removed, OnlyIfKnown = removed };
        }

        var role = header with
        {
            People = [IdentityKey.Person(options.Name, contact)],
            ExternalIds = header.ExternalIds.SetItem("opportunityId", deal).SetItem("contactId", contact),
        };
        return removed
            ? new AssociationRemovedEvent(role) { DealId = deal, RelationId = record.Id, OnlyIfKnown = true }
            : new AssociationAddedEvent(role) { DealId = deal, RelationId = record.Id };
    }

    /// <summary>Maps a task or calendar event of others. An open one is a booking, and a done one is work, unless
    /// the hub's user wrote it.</summary>
    private static SourceEvent OfActivity(SalesforceRecord record, EventHeader header, RecordForm form, SalesforceOptions options)
    {
        var done = record.Flag("IsClosed") == true;
        var day = Day(record, "ActivityDate");
        var start = record.Flag("IsAllDayEvent") == true ? null : record.Instant("StartDateTime");
        var activity = new ActivityEvent(header)
        {
            Detail = record.Text("Subject"),
            Questions = QuestionsOf(record, options),
            Owner = record.IdOf("OwnerId"),
            ShowsWork = done && !IsWrittenBy(form.ApiUser, record),
            Booking = done ? new(record.Id, null, null) : new(record.Id, start, start is null ? day : null),
        };
        return WithWho(record, activity, options);
    }

    /// <summary>Adds an activity's person; an activity without one is ignored.</summary>
    private static SourceEvent WithWho(SalesforceRecord record, ActivityEvent activity, SalesforceOptions options) =>
        record.IdOf("WhoId") is { } who
        ? activity with
        {
            OnlyIfKnown = true,
            People = [IdentityKey.Person(options.Name, who)],
            ExternalIds = activity.ExternalIds.Add(
                who.StartsWith(SalesforceId.LeadPrefix, StringComparison.Ordinal) ? "leadId" : "contactId", who),
        }
        : new IgnoredEvent(activity);

    private static SourceEvent OfTask(SalesforceRecord record, EventHeader header, RecordForm form, SalesforceOptions options)
    {
        var done = record.Flag("IsClosed") ?? record.Text("Status") == "Completed";
        var isKnown = record.IdOf("WhoId") is not null;
        if (!done || (!isKnown && form.Form != Form.Updated))
        {
            return new IgnoredEvent(header);
        }

        var task = new ActivityEvent(header)
        {
            Detail = record.Text("Subject"), Questions = QuestionsOf(record, options), Owner = record.IdOf("OwnerId"), ShowsWork = true,
        };
        return isKnown ? WithWho(record, task, options) : task with { NeedsEnrichment = ["email"] };
    }

    private static ImmutableArray<AskedQuestion> QuestionsOf(SalesforceRecord record, SalesforceOptions options) =>
        QuestionText.In(record.Id, options.QuestionTag, record.Text("Subject"), record.Text("Description"));

    /// <summary>Maps a member of a campaign. One who responded met the campaign on that day; being on the list alone is
    /// no touch.</summary>
    private static SourceEvent OfMember(SalesforceRecord record, EventHeader header, bool removed, SalesforceOptions options)
    {
        if ((record.IdOf("ContactId") ?? record.IdOf("LeadId")) is not { } person)
        {
            return new IgnoredEvent(header);
        }

        var member = header with
        {
            People = [IdentityKey.Person(options.Name, person)],
            ExternalIds = header.ExternalIds.Add(
                person.StartsWith(SalesforceId.LeadPrefix, StringComparison.Ordinal) ? "leadId" : "contactId", person),
        };
        if (removed)
        {
            return new TouchWithdrawnEvent(member) { TouchId = record.Id, OnlyIfKnown = true };
        }

        return record.Flag("HasResponded") != true ? new IgnoredEvent(header) : new ActivityEvent(member)
        {
            OccurredAt = record.Instant("FirstRespondedDate") ?? header.OccurredAt,
            Touch = TouchKind.Conversion,
            Stage = FunnelStage.Interest,
            Campaign = record.Text("Campaign.Name") ?? record.IdOf("CampaignId"),
            Known = CampaignOf(record),
            TouchId = record.Id,
            OnlyIfKnown = true,
        };
    }

    private static ToolCampaign CampaignOf(SalesforceRecord record) => new()
    {
        Id = record.IdOf("CampaignId"),
        Type = record.Text("Campaign.Type"),
        Status = record.Text("Campaign.Status"),
        Start = Day(record, "Campaign.StartDate"),
        End = Day(record, "Campaign.EndDate"),
        Channel = ChannelOf(record.Text("Campaign.Type")),
    };

    /// <summary>Returns the channel of Salesforce's own campaign types; null for others, which Campaigns may name.</summary>
    private static CampaignChannel? ChannelOf(string? type) => type switch
    {
        "Public Relations" => CampaignChannel.Pr,
        "Advertisement" or "Banner Ads" => CampaignChannel.Paid,
        "Email" or "Webinar" => CampaignChannel.Digital,
        _ => null,
    };

    private static DateOnly? Day(SalesforceRecord record, string field) => DateOnly.TryParseExact(
        record.Text(field), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static string? Canonical(string? text) => EmailAddress.TryParse(text, out var email) ? email.Address : null;

    private static string? Known(string? text, string placeholder) => text == placeholder ? null : text;

    /// <summary>Returns a field's value: "" when it is stated as empty, null when it is missing.</summary>
    private static string? Said(SalesforceRecord record, string field) => record.IsEmpty(field) ? "" : record.Text(field);

    private static IEnumerable<SourceEvent> Unreadable(IEnumerable<string> fingerprints, string why) =>
        fingerprints.Select(fingerprint => UnreadableEvent.Of("salesforce", ToolSide.Crm, fingerprint, why));

    /// <summary>The form in which a record arrived, with the hub's user when known.</summary>
    private sealed record RecordForm(Form Form, string? ApiUser);

    private enum Form
    {
        Row,
        Notification,
        Created,
        Updated,
    }
}
