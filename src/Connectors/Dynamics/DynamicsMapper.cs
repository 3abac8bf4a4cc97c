using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Dynamics;

/// <summary>Maps execution contexts and rows of Dataverse to events. Pure.</summary>
internal static class DynamicsMapper
{
    /// <summary>Placeholders for a lead's mandatory columns; read back as unknown.</summary>
    public const string NoLastName = "(last name not known)", NoTopic = "(topic not known)";

    /// <summary>The columns of a lead's or contact's opt-out: true means that the person may not be contacted.</summary>
    public const string NoBulkMail = "donotbulkemail", NoMail = "donotemail";

    private const string State = "statecode", Status = "statuscode", Owner = "ownerid", SalesStage = "salesstage",
        Address = "emailaddress1";

    private const string Closed = "1", LostOrOut = "2";

    private static readonly string[] Stamps =
        ["modifiedon", "modifiedby", "modifiedonbehalfby", "leadid", "contactid", "createdon", "createdby", "versionnumber"];

    private static readonly string[] Activities = ["task", "appointment", "phonecall"];

    /// <summary>Maps an execution context.</summary>
    public static IReadOnlyList<SourceEvent> Map(DynamicsContext context, DynamicsOptions options)
    {
        var id = context.Entity == DynamicsTable.Opportunities.Entity ? DealIdOf(context) : context.Target.Id ?? context.RecordId;
        var header = HeaderOf(
            context.Entity, id, string.Join('|', context.OrganizationId ?? options.OrganizationId, context.Step, context.Operation, id),
            context.At, options);
        if (context.UserId is { } user && user == options.ApplicationUserId)
        {
            return [new IgnoredEvent(header)];
        }

        if (!IsRead(context))
        {
            return [new UnreadEvent(header) { VendorKind = $"{context.Entity} {context.Message}" }];
        }

        if (id is null)
        {
            return [UnreadableEvent.Of("dynamics", ToolSide.Crm, UnreadableEvent.Fingerprint(header.DedupeKey), "the record has no id")];
        }

        if (context.IsStripped && context.Message != "Delete")
        {
            return [new ResyncEvent(header) { DealId = context.Entity == DynamicsTable.Opportunities.Entity ? id : null }];
        }

        var change = new Change(context, header, id, options);
        return context.Entity switch
        {
            DynamicsId.Lead or DynamicsId.Contact => OfPerson(change),
            "opportunity" => [OfOpportunity(change)],
            _ => [OfActivity(change)],
        };
    }

    /// <summary>Maps a row of the Web API.</summary>
    public static IEnumerable<SourceEvent> MapRow(DynamicsRecord row, DynamicsOptions options)
    {
        var fingerprint = UnreadableEvent.Fingerprint(string.Join('\n', row.Values.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{pair.Key}={DynamicsWire.Unwrap(pair.Value)}")));
        var key = string.Join('|', options.OrganizationId, "row", row.Entity, row.Id, row.Text("modifiedon"), fingerprint);
        var header = HeaderOf(row.Entity, row.Id, key, row.Instant("modifiedon"), options);
        var context = new DynamicsContext
        {
            Message = Change.Row, Entity = row.Entity, Operation = key, Target = row, Before = DynamicsRecord.Empty,
            After = DynamicsRecord.Empty,
            Parameters = ImmutableDictionary<string, JsonElement>.Empty, Results = ImmutableDictionary<string, JsonElement>.Empty,
        };
        var change = new Change(context, header, row.Id!, options);
        return row.Entity switch
        {
            DynamicsId.Lead or DynamicsId.Contact => OfRow(change),
            "opportunity" => [OfOpportunity(change)],
            _ => [OfActivity(change)],
        };
    }

    /// <summary>Maps a row that is gone.</summary>
    public static SourceEvent MapGone(string entity, string id, DynamicsOptions options)
    {
        var header = HeaderOf(entity, id, string.Join('|', options.OrganizationId, "gone", entity, id), null, options);
        return entity switch
        {
            DynamicsId.Lead or DynamicsId.Contact => new ContactDeletedEvent(header) { OnlyIfKnown = true },
            "opportunity" => new DealDeletedEvent(header) { DealId = id },
            "task" => new IgnoredEvent(header),
            _ => new UnreadEvent(header) { VendorKind = $"{entity} deleted" },
        };
    }

    /// <summary>Reads the profile of a lead or contact. A column that a message states as empty was cleared. In a row it may be
    /// withheld from the hub's user, and is unknown.</summary>
    public static LeadProfile ProfileOf(DynamicsRecord record, bool mayBeWithheld, DynamicsOptions options)
    {
        var phone = Said("telephone1");
        return new()
        {
            Email = record.IsEmpty(Address) && !mayBeWithheld ? "" : Canonical(record.Text(Address)),
            FirstName = Said("firstname"),
            LastName = Said("lastname") is var last && last == NoLastName ? null : last,
            Company = Said("companyname"),
            JobTitle = Said("jobtitle"),
            Phone = phone,
            ComparablePhone = PhoneNumber.Comparable(phone, options.PhoneRegion),
            Region = Said("address1_country"),
        };

        string? Said(string column) =>
            record.IsEmpty(column) ? (mayBeWithheld ? null : "")
            : record.Text(column) is { } text && !Withheld.Is(text) ? text
            : null;
    }

    private static bool IsRead(DynamicsContext context) => context switch
    {
        { Entity: DynamicsId.Lead, Message: "QualifyLead" } => true,
        { Entity: DynamicsId.Lead or DynamicsId.Contact, Message: "Merge" } => true,
        { Entity: "opportunity", Message: "Win" or "Lose" } => true,
        { Entity: DynamicsId.Lead or DynamicsId.Contact or "opportunity" } or { Entity: "task" or "appointment" or "phonecall" } =>
            context.Message is "Create" or "Update" or "Delete" or "SetState" or "SetStateDynamicEntity" or "Assign",
        _ => false,
    };

    /// <summary>Returns the opportunity of a message: closing one names it in the close activity.</summary>
    private static string? DealIdOf(DynamicsContext context) =>
        context.RecordId ?? context.Target.Id ?? Close(context).IdOf("opportunityid");

    private static DynamicsRecord Close(DynamicsContext context) =>
        DynamicsWire.RecordIn(context.Parameters.GetValueOrDefault("OpportunityClose"), "opportunityclose");

    private static IReadOnlyList<SourceEvent> OfPerson(Change its) => its.Context.Message switch
    {
        "Delete" => [new ContactDeletedEvent(its.Person)],
        "Merge" => [OfMerge(its)],
        "QualifyLead" => OfQualification(its),
        _ when its.Target.Flag("merged") == true && its.Target.IdOf("masterid") is { } master =>
            [Merged(its, master, its.Id, "survivor", master)],
        "Create" => [.. WithConsent(its, Created(its))],
        _ => [.. WithConsent(its, Changed(its))],
    };

    private static SourceEvent OfMerge(Change its) =>
        DynamicsId.Read(DynamicsWire.Unwrap(its.Context.Parameters.GetValueOrDefault("SubordinateId"))) is { } subordinate
            ? Merged(its, its.Id, subordinate, "merged", subordinate)
            : UnreadableEvent.Of(
                "dynamics", ToolSide.Crm, UnreadableEvent.Fingerprint(its.Header.DedupeKey), "the merge names no record that is gone");

    private static ContactMergedEvent Merged(Change its, string master, string subordinate, string role, string other)
    {
        var entity = its.Context.Entity;
        return new(its.Person)
        {
            People = [IdentityKey.Person(its.Options.Name, DynamicsId.Of(entity, master))],
            Merged = [IdentityKey.Person(its.Options.Name, DynamicsId.Of(entity, subordinate))],
            ExternalIds = its.Header.ExternalIds.SetItem($"{role}{char.ToUpperInvariant(entity[0])}{entity[1..]}Id", other),
        };
    }

    /// <summary>Maps a qualification: the lead's contact and opportunity are among the results.</summary>
    private static List<SourceEvent> OfQualification(Change its)
    {
        var made = its.Context.Results.TryGetValue("CreatedEntities", out var entities) && entities.ValueKind == JsonValueKind.Array
            ? entities.EnumerateArray().Select(DynamicsWire.ReferenceIn).OfType<(string Entity, string Id)>().ToList() : [];
        var contact = made.Where(each => each.Entity == DynamicsId.Contact).Select(each => each.Id).FirstOrDefault();
        var raw = RawOf(its.Target.Text(Status) ?? "3");
        var qualified = new StageChangedEvent(WithContact(its, contact))
        {
            FromStageRaw = FromIn(its), ToStageRaw = raw, Stage = StageOf(raw, its), Owner = its.Known.IdOf(Owner), ShowsWork = true,
            IsPartial = true,
            NeedsEnrichment = its.Lacks,
        };
        return
        [
            qualified,
            .. made.Where(each => each.Entity == DynamicsTable.Opportunities.Entity).Select(deal => new AssociationAddedEvent(qualified)
            {
                DealId = deal.Id, DedupeKey = $"{its.Header.DedupeKey}|{deal.Id}",
                ExternalIds = qualified.ExternalIds.SetItem("opportunityId", deal.Id),
            }),
        ];
    }

    private static EventHeader WithContact(Change its, string? contact) => contact is null ? its.Person : its.Person with
    {
        People = its.Person.People.Add(IdentityKey.Person(its.Options.Name, DynamicsId.Of(DynamicsId.Contact, contact))),
        ExternalIds = its.Person.ExternalIds.SetItem("contactId", contact),
    };

    private static PersonEvent Created(Change its)
    {
        var raw = its.IsLead && its.Target.Text(Status) is { } status ? RawOf(status) : null;
        return new ContactCreatedEvent(its.Person)
        {
            ToStageRaw = raw, Stage = raw is null ? null : StageOf(raw, its),
            Profile = ProfileOf(its.Target, mayBeWithheld: false, its.Options),
            NeedsEnrichment = its.Lacks,
        };
    }

    private static PersonEvent Changed(Change its)
    {
        var (before, profile) = (its.Context.Before, ProfileOf(its.Target, mayBeWithheld: false, its.Options));
        if (its.IsLead && its.Target.Text(Status) is { } status && (before.Text(Status) != status || its.Target.Has(State)))
        {
            return OfStatus(its, status) with { Profile = profile, IsPartial = true, NeedsEnrichment = its.Lacks };
        }

        var former = Canonical(before.Text(Address));
        return former is not null && Canonical(its.Target.Text(Address)) is { } present && present != former
            ? new EmailChangedEvent(its.Person) { PreviousEmail = former, Profile = profile, IsPartial = true }
            : new ContactUpdatedEvent(its.Person)
            {
                Profile = profile, IsPartial = true, Owner = its.Target.IdOf(Owner),
                ShowsWork = its.IsLead && IsTaken(its.Target, its.Options),
                NeedsEnrichment = its.Lacks,
            };
    }

    /// <summary>Maps a lead's status. Sales that disqualify a lead give it back.</summary>
    private static PersonEvent OfStatus(Change its, string status)
    {
        var (raw, options) = (RawOf(status), its.Options);
        if (its.Known.Text(State) == LostOrOut || (its.Known.Text(State) is null && status is "4" or "5" or "6" or "7"))
        {
            return new HandoffReturnedEvent(its.Person)
            {
                FromStageRaw = FromIn(its),
                ToStageRaw = raw,
                Reason = options.ReturnReasonField is { } field ? its.Known.Text(field) : its.Known.Labels.GetValueOrDefault(Status, raw),
            };
        }

        var contact = its.Known.IdOf("parentcontactid");
        return new StageChangedEvent(its.Known.Text(State) == Closed ? WithContact(its, contact) : its.Person)
        {
            FromStageRaw = FromIn(its),
            ToStageRaw = raw,
            Stage = StageOf(raw, its),
            Owner = its.Known.IdOf(Owner),
            ShowsWork = !options.InitialStatuses.Contains(status),
        };
    }

    /// <summary>Adds what a message says about mail. An event about nothing else is replaced by it.</summary>
    private static IEnumerable<SourceEvent> WithConsent(Change its, PersonEvent source)
    {
        if (ConsentOf(its) is not { } consent)
        {
            yield return source;
            yield break;
        }

        var isOnly = its.Context.Message != "Create"
            && its.Target.Values.Keys.All(column => column is NoMail or NoBulkMail || Stamps.Contains(column));
        if (!isOnly)
        {
            yield return source;
        }

        yield return new ConsentChangedEvent(source)
        {
            Consent = consent,
            Stage = consent == MailConsent.Subscribed ? FunnelStage.Awareness : null,
            DedupeKey = isOnly ? source.DedupeKey : $"{source.DedupeKey}|consent",
            Profile = source.Profile,
            IsPartial = source.IsPartial,
            NeedsEnrichment = its.Lacks,
        };
    }

    /// <summary>Returns what changed about consent; null for nothing. A new record has the default, which says
    /// nothing.</summary>
    private static MailConsent? ConsentOf(Change its)
    {
        var (said, isNew) = (its.Target, its.Context.Message == "Create");
        return !said.Has(NoMail) && !said.Has(NoBulkMail) ? null
            : said.Flag(NoMail) == true || said.Flag(NoBulkMail) == true ? MailConsent.Unsubscribed
            : isNew || its.Known.Flag(NoMail) == true || its.Known.Flag(NoBulkMail) == true ? null
            : MailConsent.Subscribed;
    }

    /// <summary>Maps a row of a lead or contact. It repeats its state with every change of anything: only an opt-out
    /// counts.</summary>
    private static IEnumerable<SourceEvent> OfRow(Change its)
    {
        var (row, options) = (its.Target, its.Options);
        if (row.Flag("merged") == true && row.IdOf("masterid") is { } master)
        {
            yield return Merged(its, master, its.Id, "survivor", master);
            yield break;
        }

        var byHub = options.ApplicationUserId is { } own && row.IdOf("modifiedby") == own;
        var isUntouched = byHub && row.IdOf("createdby") == options.ApplicationUserId;
        PersonEvent source = its.IsLead && !isUntouched && row.Text(Status) is { } status
            ? OfStatus(its, status)
            : new ContactUpdatedEvent(its.Person) { Owner = row.IdOf(Owner), HubWroteLast = byHub, OnlyIfKnown = !its.IsLead };
        source = source switch
        {
            StageChangedEvent moved => moved with { ShowsWork = moved.ShowsWork && !byHub, HubWroteLast = byHub },
            HandoffReturnedEvent returned => returned with { HubWroteLast = byHub },
            _ => source,
        };
        yield return source with { Profile = ProfileOf(row, mayBeWithheld: true, options), ShowsRecord = true };
        if (row.Flag(NoMail) == true || row.Flag(NoBulkMail) == true)
        {
            yield return new ConsentChangedEvent(its.Person)
            {
                Consent = MailConsent.Unsubscribed, DedupeKey = $"{its.Header.DedupeKey}|optOut", OnlyIfKnown = !its.IsLead,
            };
        }
    }

    private static SourceEvent OfOpportunity(Change its)
    {
        if (its.Context.Message == "Delete")
        {
            return new DealDeletedEvent(its.Deal) { DealId = its.Id };
        }

        var (raw, meaning) = DealStateOf(its);
        var close = Close(its.Context);
        var before = its.Context.Before;
        var amount = close.Number("actualrevenue")
            ?? (meaning?.Status == DealStatus.Won ? its.Known.Number("actualvalue") : null) ?? its.Known.Number("estimatedvalue");
        var deal = new DealChangedEvent(its.Deal)
        {
            DealId = its.Id,
            IsNew = its.Context.Message == "Create"
                || (its.IsRow && its.Target.Text("createdon") is { } made && made == its.Target.Text("modifiedon")),
            FromStageRaw = raw?.Split('=')[0] is { } column && before.Text(column) is { } from ? $"{column}={from}" : null,
            ToStageRaw = raw,
            Meaning = meaning,
            Amount = amount,
            Currency = CurrencyIn(its),
            Owner = its.Known.IdOf(Owner),
            LostReason = meaning?.Status == DealStatus.Lost ? close.Text("description") : null,
            ClosedOn = (close.Instant("actualend") ?? its.Known.Instant("actualclosedate")
                ?? its.Known.Instant("estimatedclosedate")) is { } closes
                ? DateOnly.FromDateTime(closes.UtcDateTime) : null,
            Cleared = its.Target.IsEmpty("estimatedvalue") && !its.IsRow ? [DealProperty.Amount] : [],
        };
        return deal with
        {
            ShowsWork = deal.Kind is SourceEventKind.DealCreated or SourceEventKind.DealStageChanged or SourceEventKind.DealWon,
            NeedsEnrichment =
            [
                .. deal.SubjectEmail is null ? ["email"] : Array.Empty<string>(),
                .. deal is { Amount: not null, Currency: null } ? ["currency"] : Array.Empty<string>(),
            ],
        };
    }

    /// <summary>Returns the raw stage and its meaning; nothing when the stage did not change. The state decides, and the stage
    /// only while the opportunity is open.</summary>
    private static (string? Raw, DealStageMeaning? Meaning) DealStateOf(Change its)
    {
        var (said, known, message) = (its.Target, its.Known, its.Context.Message);
        var status = DynamicsWire.Unwrap(its.Context.Parameters.GetValueOrDefault("Status")) ?? known.Text(Status);
        var state = message switch { "Win" => Closed, "Lose" => LostOrOut, _ => known.Text(State) };
        var meaning = MeaningOf($"{Status}={status}", its);
        var isEnd = state is Closed or LostOrOut || (state is null && meaning?.Status is DealStatus.Won or DealStatus.Lost);
        var isMoved = message is "Create" or "Win" or "Lose" or Change.Row || said.Has(State) || said.Has(SalesStage)
            || (isEnd && said.Has(Status));
        if (!isMoved)
        {
            return (null, null);
        }

        if (isEnd)
        {
            var isWon = state == Closed || (state is null && meaning?.Status == DealStatus.Won);
            return ($"{Status}={status ?? (isWon ? "3" : "4")}", isWon ? DealStageMeaning.Won : DealStageMeaning.Lost);
        }

        var raw = known.Text(SalesStage) is { } stage ? $"{SalesStage}={stage}" : status is null ? null : $"{Status}={status}";
        return raw is null ? (null, new(DealStatus.Open, null))
            : raw.StartsWith(Status, StringComparison.Ordinal) && meaning is null ? (null, new(DealStatus.Open, null))
            : (raw, MeaningOf(raw, its));
    }

    /// <summary>Returns the currency where its record is named by its code; it is looked up otherwise.</summary>
    private static string? CurrencyIn(Change its) =>
        its.Known.Values.TryGetValue("transactioncurrencyid", out var value) && value.Text("Name") is { Length: 3 } name
            && name.All(char.IsAsciiLetterUpper) ? name : null;

    /// <summary>Maps a task, appointment or call about a lead or contact. An open one is a booking, and a done one is
    /// work.</summary>
    private static SourceEvent OfActivity(Change its)
    {
        var known = its.Known;
        var about = known.Values.TryGetValue("regardingobjectid", out var value) ? DynamicsWire.ReferenceIn(value) : null;
        var isGone = its.Context.Message == "Delete" || known.Text(State) == LostOrOut;
        var isDone = !isGone && known.Text(State) == Closed;
        var isOwn = known.Text("description")?.Contains(NoteOnce.MarkOf("")[..^2], StringComparison.Ordinal) == true;
        if (about is not (DynamicsId.Lead or DynamicsId.Contact, _) || (isOwn && !isDone))
        {
            return new IgnoredEvent(its.Header);
        }

        var (table, id) = about.Value;
        var byHub = its.IsRow && its.Options.ApplicationUserId is { } own && known.IdOf("modifiedby") == own;
        return new ActivityEvent(its.Header with
        {
            People = [IdentityKey.Person(its.Options.Name, DynamicsId.Of(table, id))],
            ExternalIds = its.Header.ExternalIds.SetItem($"{table}Id", id),
        })
        {
            Detail = known.Text("subject"),
            Owner = known.IdOf(Owner),
            ShowsWork = isDone && !byHub,
            Booking = new(its.Id, isDone || isGone ? null : known.Instant("scheduledend"), null),
            OnlyIfKnown = true,
        };
    }

    private static EventHeader HeaderOf(string entity, string? id, string key, DateTimeOffset? at, DynamicsOptions options) =>
        new($"dynamics|{key}", ToolSide.Crm, at)
        {
            ExternalIds = id is null
                ? ImmutableSortedDictionary<string, string>.Empty
                : ImmutableSortedDictionary<string, string>.Empty.Add(Activities.Contains(entity) ? "activityId" : $"{entity}Id", id),
            People = id is not null && entity is DynamicsId.Lead or DynamicsId.Contact
                ? [IdentityKey.Person(options.Name, DynamicsId.Of(entity, id))] : [],
        };

    private static DealStageMeaning? MeaningOf(string raw, Change its) =>
        its.Options.DealStages.TryGet(raw, out var meaning) ? meaning : null;

    private static FunnelStage? StageOf(string raw, Change its) => its.Options.Stages.TryGet(raw, out var stage) ? stage : null;

    private static string? FromIn(Change its) => its.Context.Before.Text(Status) is { } before ? RawOf(before) : null;

    private static string RawOf(string status) => $"lead.{Status}={status}";

    /// <summary>Whether a person took the lead, who is neither the hub nor an owner it assigned.</summary>
    private static bool IsTaken(DynamicsRecord said, DynamicsOptions options) =>
        said.IdOf(Owner) is { } owner && owner != options.OwnerId && owner != options.ApplicationUserId
            && !options.RoutedOwners.Contains(owner)
        && said.TableOf(Owner) is not "team";

    private static string? Canonical(string? text) =>
        !Withheld.Is(text) && EmailAddress.TryParse(text, out var email) ? email.Address : null;

    /// <summary>A change of a record, with what is made of it.</summary>
    private sealed record Change(DynamicsContext Context, EventHeader Header, string Id, DynamicsOptions Options)
    {
        /// <summary>The message of a row.</summary>
        public const string Row = "row";

        public DynamicsRecord Target => Context.Target;

        public DynamicsRecord Known { get; } = Context.Known;

        public bool IsLead => Context.Entity == DynamicsId.Lead;

        public bool IsRow => Context.Message == Row;

        /// <summary>Gets the header of an event of a lead or contact.</summary>
        public EventHeader Person => Header with
        {
            SubjectEmail = Canonical(Known.Text(Address)),
            HubLeadId = LeadId.TryParse(Known.Text(Options.LeadKey), out var id) ? id : null,
        };

        /// <summary>Gets the header of an event of an opportunity.</summary>
        public EventHeader Deal
        {
            get
            {
                var contact = Known.IdOf("parentcontactid")
                    ?? (Known.TableOf("customerid") == DynamicsId.Contact ? Known.IdOf("customerid") : null);
                return Header with
                {
                    SubjectEmail = Canonical(Known.Text("emailaddress") ?? Known.Text(Address)),
                    People = contact is null ? [] : [IdentityKey.Person(Options.Name, DynamicsId.Of(DynamicsId.Contact, contact))],
                    ExternalIds = contact is null ? Header.ExternalIds : Header.ExternalIds.SetItem("contactId", contact),
                };
            }
        }

        /// <summary>Gets what an event of a lead or contact lacks.</summary>
        public ImmutableArray<string> Lacks => Person.SubjectEmail is null ? ["email"] : [];
    }
}
