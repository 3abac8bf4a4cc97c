using System.Collections.Immutable;
using System.Globalization;
using IntegrationHub.Connectors.Abstractions;
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
                .Concat(Unreadable(page.Unreadable, "a row does not say what it is")));

    public static IEnumerable<SourceEvent> MapRow(SalesforceRecord record, string? apiUser, SalesforceOptions options)
    {
        var at = record.Instant("SystemModstamp");
        var blank = Blank(record.Entity, record.Id, Key(options, "row", record.Id, record.Version), at, options);
        return Map(record, blank, new(Form.Row, apiUser), options);
    }

    /// <summary>Maps outbound notifications.</summary>
    public static IReadOnlyList<SourceEvent> MapNotifications(OutboundMessage message, SalesforceOptions options) =>
        Distinct(message.Notifications.SelectMany(notification =>
        {
            var record = notification.Record;
            var at = record.Instant("LastModifiedDate") ?? record.Instant("SystemModstamp");
            return Map(
                record, Blank(record.Entity, record.Id, Key(options, "om", notification.Id), at, options), new(Form.Notification, null),
                options);
        }).Concat(Unreadable(message.Unreadable, "a notification does not say what it is")));

    /// <summary>Maps change events, one for each of their records.</summary>
    public static IReadOnlyList<SourceEvent> MapChanges(ChangeBatch batch, SalesforceOptions options) =>
        Distinct(batch.Changes.SelectMany(change => change.RecordIds.DefaultIfEmpty("").SelectMany(id => MapChange(change, id, options)))
            .Concat(Unreadable(batch.Unreadable, "a change event does not say what it is")));

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

    /// <summary>Merges two profiles. The event's values win over the record's.</summary>
    public static LeadProfile Over(LeadProfile said, LeadProfile record) => new()
    {
        Email = said.Email ?? record.Email,
        FirstName = said.FirstName ?? record.FirstName,
        LastName = said.LastName ?? record.LastName,
        Company = said.Company ?? record.Company,
        JobTitle = said.JobTitle ?? record.JobTitle,
        Phone = said.Phone ?? record.Phone,
        ComparablePhone = said.Phone is null ? record.ComparablePhone : said.ComparablePhone,
        Region = said.Region ?? record.Region,
    };

    /// <summary>Formats times for dedupe keys and cursors.</summary>
    public static string Stamp(DateTimeOffset? at) =>
        at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) ?? "";

    private static IReadOnlyList<SourceEvent> Distinct(IEnumerable<SourceEvent> events) =>
        [.. events.DistinctBy(source => source.DedupeKey)];

    private static string Key(SalesforceOptions options, params IEnumerable<string> parts) =>
        string.Join('|', parts.Prepend(options.OrganizationId ?? options.Name).Prepend("salesforce"));

    private static IEnumerable<SourceEvent> MapChange(ChangeEvent change, string id, SalesforceOptions options)
    {
        var sequence = change.SequenceNumber.ToString(CultureInfo.InvariantCulture);
        var blank = Blank(
            change.Entity, id, Key(options, "cdc", change.TransactionKey, sequence, change.Entity, change.ChangeType, id),
            change.CommittedAt, options);
        var record = new SalesforceRecord(change.Entity, id, change.Fields, []);

        if (!IsKnown(change.Entity))
        {
            return [blank with { NotRead = $"{change.Entity} {change.ChangeType}" }];
        }

        if (IsOwn(change))
        {
            return [blank];
        }

        var again = blank with { Kind = SourceEventKind.ResyncRequired, Restored = change.ChangeType is "UNDELETE" or "GAP_UNDELETE" };
        if (change.ChangeType == "GAP_OVERFLOW" || !SalesforceId.IsId(id))
        {
            // An overflow names no record, whatever stands in the place of an id: Salesforce writes zeros.
            return [again with { Gap = new(change.Entity, change.CommittedAt) }];
        }

        return (change.ChangeType, change.Entity) switch
        {
            ("CREATE" or "UPDATE", _) when change.HidesCleared => [again],
            ("UPDATE", "Opportunity") when HasTypes(options) && record.Fields.ContainsKey("Type") && record.Text("StageName") is null =>
                [again],
            ("CREATE" or "UPDATE" or "DELETE" or "GAP_DELETE", "OpportunityContactRole") =>
            [
                OfRole(record, blank, change.ChangeType is "DELETE" or "GAP_DELETE", options),
            ],
            ("CREATE" or "UPDATE", "Task") when OfTask(
                record, blank, new(Form.Updated, null), options) is { Kind: SourceEventKind.Activity } done =>
                [done],
            (_, "Task" or "Event") => [again],
            ("CREATE", _) => Map(record, blank, new(Form.Created, null), options),
            ("UPDATE", _) => Map(record, blank, new(Form.Updated, null), options),
            ("DELETE" or "GAP_DELETE", _) => [Deleted(record, blank) with { AsksRecord = change.Entity is "Lead" or "Contact" }],
            _ => [again],
        };
    }

    private static bool IsOwn(ChangeEvent change) =>
        change.ChangeOrigin?.Split(';')
            .Any(part => part.Trim().Equals($"client={SalesforceConnector.ClientName}", StringComparison.OrdinalIgnoreCase)) == true;

    private static bool IsKnown(string entity) =>
        entity is "Lead" or "Contact" or "Opportunity" or "OpportunityContactRole" or "Task" or "Event";

    private static SourceEvent Blank(string entity, string id, string key, DateTimeOffset? at, SalesforceOptions options)
    {
        var isId = SalesforceId.IsId(id);
        var (name, person, deal) = entity switch
        {
            "Lead" => ("leadId", isId, false),
            "Contact" => ("contactId", isId, false),
            "Opportunity" => ("opportunityId", false, isId),
            _ => ($"{char.ToLowerInvariant(entity.FirstOrDefault('x'))}{string.Concat(entity.Skip(1))}Id", false, false),
        };
        return new()
        {
            Kind = SourceEventKind.Ignored,
            Side = ToolSide.Crm,
            DedupeKey = key,
            OccurredAt = at,
            ExternalIds = isId
                ? ImmutableSortedDictionary<string, string>.Empty.Add(name, id)
                : ImmutableSortedDictionary<string, string>.Empty,
            People = person ? [IdentityKey.Person(options.Name, id)] : [],
            DealId = deal ? id : null,
        };
    }

    private static IEnumerable<SourceEvent> Map(SalesforceRecord record, SourceEvent blank, RecordForm form, SalesforceOptions options) =>
        record.Entity switch
    {
        _ when record.Flag("IsDeleted") == true => [Gone(record, blank with { OnlyIfKnown = record.Entity == "Contact" }, options)],
        "Opportunity" => OfOpportunity(record, blank, form, options),
        "Lead" => OfLead(record, blank, form, options),
        "Contact" => OfContact(record, blank with { OnlyIfKnown = form.Form == Form.Row }, form, options),
        "OpportunityContactRole" => [OfRole(record, blank, removed: false, options)],
        "Task" when form.Form == Form.Row && record.Text(options.TaskExternalIdField) is null => [OfActivity(record, blank, form, options)],
        "Task" => [OfTask(record, blank, form, options)],
        "Event" => [OfActivity(record, blank, form, options)],
        _ => [blank with { NotRead = record.Entity }],
    };

    private static SourceEvent Deleted(SalesforceRecord record, SourceEvent blank) => record.Entity switch
    {
        "Lead" or "Contact" => blank with { Kind = SourceEventKind.ContactDeleted },
        "Opportunity" => blank with { Kind = SourceEventKind.DealDeleted, DealStatus = DealStatus.Deleted },
        _ => blank,
    };

    /// <summary>Maps a deleted record. One that names a master was merged into it.</summary>
    private static SourceEvent Gone(SalesforceRecord record, SourceEvent blank, SalesforceOptions options)
    {
        if (record.Entity == "OpportunityContactRole")
        {
            return OfRole(record, blank, removed: true, options);
        }

        if (record.Entity is "Task" or "Event")
        {
            return WithWho(record, blank, options) with { Booking = new(record.Id, null, null) };
        }

        if (record.IdOf("MasterRecordId") is not { } master || record.Entity is not ("Lead" or "Contact"))
        {
            return Deleted(record, blank);
        }

        return blank with
        {
            Kind = SourceEventKind.ContactMerged,
            ExternalIds = blank.ExternalIds.Add("masterRecordId", master),
            People = [IdentityKey.Person(options.Name, master)],
            Merged = blank.People,

            // Mail to the loser's address reaches the winner.
            FurtherEmails = Canonical(record.Text("Email")) is { Length: > 0 } email ? [email] : [],
        };
    }

    private static IEnumerable<SourceEvent> OfOpportunity(
        SalesforceRecord record, SourceEvent blank, RecordForm form, SalesforceOptions options)
    {
        var deal = WithState(record, blank, form.Form == Form.Created, options);
        deal = deal with
        {
            ExternalIds = record.IdOf("AccountId") is { } account ? deal.ExternalIds.Add("accountId", account) : deal.ExternalIds,
            ShowsWork = deal.Kind is SourceEventKind.DealCreated or SourceEventKind.DealStageChanged or SourceEventKind.DealWon,
            AsksRecord = form.Form != Form.Row
                && deal.Kind == SourceEventKind.DealWon
                && HasTypes(options)
                && !record.Fields.ContainsKey("Type"),
            NeedsEnrichment = form.Form == Form.Row ? [] : Lacks(deal),
        };
        return WithPeople(deal, record, options);
    }

    /// <summary>Maps a lead's status since the row's last change. Other records and returns give nothing.</summary>
    public static IEnumerable<SourceEvent> StageOf(SalesforceRecord record, SalesforceOptions options)
    {
        var blank = Blank(
            record.Entity, record.Id, $"{Key(options, "row", record.Id, record.Version)}|met", record.Instant("SystemModstamp"), options);
        if (record.Entity == "Lead" && record.Flag("IsConverted") == true)
        {
            yield return Converted(record, blank, options) with { ShowsWork = false };
        }
        else if (record.Entity == "Lead" && options.Stages.TryGet(record.Text("Status"), out var stage))
        {
            yield return blank with { Kind = SourceEventKind.StageChanged, ToStageRaw = record.Text("Status"), Stage = stage };
        }
    }

    /// <summary>Maps an opportunity's present state.</summary>
    public static SourceEvent DealOf(SalesforceRecord record, SalesforceOptions options) =>
        WithState(
            record,
            Blank(record.Entity, record.Id, Key(options, "row", record.Id, record.Version), record.Instant("SystemModstamp"), options),
            isNew: false, options);

    /// <summary>Whether any of the people has a role on the opportunity.</summary>
    public static bool HasPerson(SalesforceRecord record, IEnumerable<IdentityKey> people) =>
        people.Any(person => PeopleOf(record).Exists(role => role.ContactId == person.Id));

    private static SourceEvent WithState(SalesforceRecord record, SourceEvent blank, bool isNew, SalesforceOptions options)
    {
        var (status, stage, unmapped) = Meaning(record, options);
        return blank with
        {
            Kind = status switch
            {
                DealStatus.Won => SourceEventKind.DealWon,
                DealStatus.Lost => SourceEventKind.DealLost,
                _ when isNew => SourceEventKind.DealCreated,
                _ when record.Text("StageName") is not null => SourceEventKind.DealStageChanged,
                _ => SourceEventKind.DealUpdated,
            },
            ToStageRaw = record.Text("StageName"),
            Stage = stage,
            Unmapped = unmapped,
            DealStatus = status,
            Amount = record.Number("Amount"),
            Currency = record.Text("CurrencyIsoCode"),
            Owner = record.IdOf("OwnerId"),
            Cleared = ClearedOf(record),
        };
    }

    /// <summary>Returns the properties that the record states as empty.</summary>
    public static ImmutableArray<DealProperty> ClearedOf(SalesforceRecord record) =>
    [
        .. record.IsEmpty("Amount") ? [DealProperty.Amount] : Array.Empty<DealProperty>(),
        .. record.IsEmpty("CurrencyIsoCode") ? [DealProperty.Currency] : Array.Empty<DealProperty>(),
        .. record.IsEmpty("OwnerId") ? [DealProperty.Owner] : Array.Empty<DealProperty>(),
    ];

    /// <summary>Returns the deal with its people, and what the record says about each.</summary>
    public static IEnumerable<SourceEvent> WithPeople(SourceEvent deal, SalesforceRecord record, SalesforceOptions options)
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
            yield return Blank("Contact", role.ContactId, $"{deal.DedupeKey}|{role.ContactId}", deal.OccurredAt, options) with
            {
                Kind = SourceEventKind.ContactUpdated, SubjectEmail = Canonical(role.Email),
                Profile = new() { Email = Canonical(role.Email) },
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

    /// <summary>Returns a deal's state. Labels can be renamed and translated, so IsWon and
    /// IsClosed win over the map.</summary>
    private static (DealStatus? Status, FunnelStage? Stage, bool Unmapped) Meaning(SalesforceRecord record, SalesforceOptions options)
    {
        var raw = record.Text("StageName");
        var known = options.DealStages.TryGet(raw, out var meaning);
        return (record.Flag("IsClosed"), record.Flag("IsWon")) switch
        {
            (_, true) => (DealStatus.Won, WonStage(record, options), false),
            (true, _) => (DealStatus.Lost, null, false),
            (null, _) when known && meaning.Status == DealStatus.Won => (DealStatus.Won, WonStage(record, options), false),
            (null, _) when known && meaning.Status == DealStatus.Lost => (DealStatus.Lost, null, false),
            (var closed, _) => (
                raw is null && closed is null ? null : DealStatus.Open, known ? meaning.Stage : null, raw is not null && !known),
        };
    }

    /// <summary>Whether an opportunity's type may make a won one Repeat.</summary>
    private static bool HasTypes(SalesforceOptions options) => options.DealTypes.All.Count > 0;

    /// <summary>Returns the stage of a won deal: Repeat when the map names its type.</summary>
    public static FunnelStage WonStage(SalesforceRecord record, SalesforceOptions options) =>
        options.DealTypes.TryGet(record.Text("Type"), out var stage) ? stage : FunnelStage.Commitment;

    private static ImmutableArray<string> Lacks(SourceEvent deal) => deal.Kind switch
    {
        SourceEventKind.DealWon => deal.Amount is null ? ["email", "amount"] : ["email"],
        SourceEventKind.DealStageChanged => ["email", "fromStage"],
        SourceEventKind.DealCreated or SourceEventKind.DealUpdated when deal is { Amount: not null, Currency: null } =>
            ["email", "currency"],
        _ => ["email"],
    };

    private static IEnumerable<SourceEvent> OfLead(SalesforceRecord record, SourceEvent blank, RecordForm form, SalesforceOptions options)
    {
        var person = WithPerson(record, blank, form, options) with
        {
            Owner = record.IdOf("OwnerId"),
            HubLeadId = LeadId.TryParse(record.Text(options.LeadExternalIdField), out var id) ? id : null,
        };
        var lead = record.Flag("IsConverted") == true ? Converted(record, person, options) : WithStatus(record, person, form, options);

        yield return lead;
        if (record.Flag("HasOptedOutOfEmail") == true)
        {
            yield return blank with
            {
                Kind = SourceEventKind.ConsentUnsubscribed,
                DedupeKey = $"{blank.DedupeKey}|optOut",
                SubjectEmail = person.SubjectEmail,
                HubLeadId = person.HubLeadId,
            };
        }

        if (record.IdOf("ConvertedOpportunityId") is { } deal)
        {
            yield return lead with
            {
                Kind = SourceEventKind.AssociationChanged, DedupeKey = $"{blank.DedupeKey}|{deal}", DealId = deal, ToStageRaw = null,
                Stage = null, Unmapped = false, Profile = null,
                ExternalIds = lead.ExternalIds.SetItem("opportunityId", deal), People = person.People, ShowsWork = false,
            };
        }
    }

    private static SourceEvent Converted(SalesforceRecord record, SourceEvent person, SalesforceOptions options)
    {
        var status = record.Text("Status");
        var contact = record.IdOf("ConvertedContactId");
        return person with
        {
            Kind = SourceEventKind.StageChanged,
            ToStageRaw = status ?? "Closed - Converted",
            Stage = options.Stages.TryGet(status, out var stage) ? stage : FunnelStage.Evaluation,
            People = contact is null ? person.People : person.People.Add(IdentityKey.Person(options.Name, contact)),
            ExternalIds = contact is null ? person.ExternalIds : person.ExternalIds.SetItem("contactId", contact),
            ShowsWork = true,
        };
    }

    private static SourceEvent WithStatus(SalesforceRecord record, SourceEvent person, RecordForm form, SalesforceOptions options)
    {
        person = person with { HubWroteLast = IsWrittenBy(form.ApiUser, record) };
        if (IsOwnRow(record, form, options))
        {
            return person;
        }

        var showsWork = OwnerTook(record, person, form, options) || StatusMoved(record, form, options);
        if (record.Text("Status") is not { } status)
        {
            return person with { ShowsWork = showsWork };
        }

        var kind = form.Form == Form.Created ? SourceEventKind.ContactCreated : SourceEventKind.StageChanged;
        if (options.ReturnStatuses.Contains(status, StringComparer.OrdinalIgnoreCase))
        {
            // With a reason field a return needs its reason: without one the lead stays with sales.
            var reason = options.ReturnReasonField is { } field ? record.Text(field) : status;
            return person with
            {
                Kind = kind,
                ToStageRaw = status,
                ReturnedReason = reason,
                ReturnHeld = reason is null && !person.HubWroteLast,
            };
        }

        var known = options.Stages.TryGet(status, out var stage);
        return person with { Kind = kind, ToStageRaw = status, Stage = known ? stage : null, Unmapped = !known, ShowsWork = showsWork };
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
    private static bool OwnerTook(SalesforceRecord record, SourceEvent person, RecordForm form, SalesforceOptions options)
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
        SalesforceRecord record, SourceEvent blank, RecordForm form, SalesforceOptions options)
    {
        yield return WithPerson(record, blank, form, options);
        if (record.Flag("HasOptedOutOfEmail") == true)
        {
            yield return blank with { Kind = SourceEventKind.ConsentUnsubscribed, DedupeKey = $"{blank.DedupeKey}|optOut" };
        }
    }

    private static SourceEvent WithPerson(SalesforceRecord record, SourceEvent blank, RecordForm form, SalesforceOptions options)
    {
        var email = Canonical(record.Text("Email"));
        return blank with
        {
            Kind = form.Form == Form.Created ? SourceEventKind.ContactCreated : SourceEventKind.ContactUpdated,
            SubjectEmail = email,
            NeedsEnrichment = form.Form != Form.Row && email is null ? ["email"] : [],
            Profile = ProfileOf(record, options),
            ShowsRecord = form.Form == Form.Row,
            IsPartial = form.Form != Form.Row,
        };
    }

    /// <summary>Maps a role on an opportunity. An event without contact and deal is read
    /// again by the role's id.</summary>
    private static SourceEvent OfRole(SalesforceRecord record, SourceEvent blank, bool removed, SalesforceOptions options)
    {
        var role = blank with
        {
            Kind = SourceEventKind.AssociationChanged,
            DealStatus = removed ? DealStatus.Deleted : null,
            OnlyIfKnown = removed,
            RelationId = record.Id,
        };
        return record.IdOf("ContactId") is { } contact && record.IdOf("OpportunityId") is { } deal
            ? role with
            {
                DealId = deal, People = [IdentityKey.Person(options.Name, contact)],
                ExternalIds = blank.ExternalIds.SetItem("opportunityId", deal).SetItem("contactId", contact),
            }
            : role;
    }

    /// <summary>Maps a task or calendar event of others. An open one is a booking, and a done one is work, unless
    /// the hub's user wrote it.</summary>
    private static SourceEvent OfActivity(SalesforceRecord record, SourceEvent blank, RecordForm form, SalesforceOptions options)
    {
        var done = record.Flag("IsClosed") == true;
        var day = DateOnly.TryParseExact(
            record.Text("ActivityDate"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date : (DateOnly?)null;
        var start = record.Flag("IsAllDayEvent") == true ? null : record.Instant("StartDateTime");
        return WithWho(record, blank, options) with
        {
            Detail = record.Text("Subject"),
            Owner = record.IdOf("OwnerId"),
            ShowsWork = done && !IsWrittenBy(form.ApiUser, record),
            Booking = done ? new(record.Id, null, null) : new(record.Id, start, start is null ? day : null),
        };
    }

    /// <summary>Maps an activity with its person; an activity without one maps to nothing.</summary>
    private static SourceEvent WithWho(SalesforceRecord record, SourceEvent blank, SalesforceOptions options) =>
        record.IdOf("WhoId") is { } who
        ? blank with
        {
            Kind = SourceEventKind.Activity,
            People = [IdentityKey.Person(options.Name, who)],
            ExternalIds = blank.ExternalIds.Add(
                who.StartsWith(SalesforceId.LeadPrefix, StringComparison.Ordinal) ? "leadId" : "contactId", who),
            OnlyIfKnown = true,
        }
        : blank;

    private static SourceEvent OfTask(SalesforceRecord record, SourceEvent blank, RecordForm form, SalesforceOptions options)
    {
        var done = record.Flag("IsClosed") ?? record.Text("Status") == "Completed";
        if (!done || (record.IdOf("WhoId") is null && form.Form != Form.Updated))
        {
            return blank;
        }

        var task = blank with
        {
            Kind = SourceEventKind.Activity,
            Detail = record.Text("Subject"),
            Owner = record.IdOf("OwnerId"),
            ShowsWork = true,
        };
        return record.IdOf("WhoId") is { } who
            ? task with
            {
                OnlyIfKnown = true,
                People = [IdentityKey.Person(options.Name, who)],
                ExternalIds = task.ExternalIds.Add(
                    who.StartsWith(SalesforceId.LeadPrefix, StringComparison.Ordinal) ? "leadId" : "contactId", who),
            }
            : task with { NeedsEnrichment = ["email"] };
    }

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
