using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Marketo;

/// <summary>Maps activities and the calls of flow steps to events. Pure.</summary>
internal static class MarketoMapper
{
    /// <summary>What an activity lacks: it names its lead by id only.</summary>
    public static readonly ImmutableArray<string> Email = ["email"];

    /// <summary>Maps the activities of a page, without duplicates, in order of appearance.</summary>
    public static IReadOnlyList<SourceEvent> Map(JsonElement page, MarketoOptions options) =>
        [.. page.Items("result").SelectMany(row => OfActivity(row, options)).DistinctBy(source => source.DedupeKey)];

    /// <summary>Maps the call of a flow step in the hub's template.</summary>
    public static SourceEvent MapCall(JsonElement call, MarketoOptions options)
    {
        var (kind, lead, fired) = (call.Text("kind")!, call.Text("leadId"), call.Text("firedAt"));
        var stage = call.Text("stage");
        var email = call.Text("email") is { } text && !Withheld.Is(text) && EmailAddress.TryParse(text, out var address)
            ? address.Address : null;
        if (lead is null && email is null)
        {
            return Unreadable(call, $"a call of kind {kind} names no lead");
        }

        var header = HeaderOf($"webhook|{lead ?? email}|{kind}|{stage}|{fired}", lead, call.Text("programId"), fired, options) with
        {
            SubjectEmail = email,
        };
        return kind.ToLowerInvariant() switch
        {
            "stage" when stage is not null => Staged(header, call.Text("previousStage"), stage, options),
            "stage" => Unreadable(call, "a call of kind stage has no stage"),
            "unsubscribed" => new ConsentChangedEvent(header) { Consent = MailConsent.Unsubscribed },
            "subscribed" => new ConsentChangedEvent(header) { Consent = MailConsent.Subscribed, Stage = FunnelStage.Awareness },
            "form" => Touched(header, TouchKind.Form, call.Text("campaign"), call.Text("detail")),
            "visit" => Touched(header, TouchKind.PageVisit, call.Text("campaign"), call.Text("detail")),
            "conversion" => Touched(header, TouchKind.Conversion, call.Text("campaign"), call.Text("detail")),
            _ => new UnreadEvent(header) { VendorKind = $"call {kind}" },
        };
    }

    private static IEnumerable<SourceEvent> OfActivity(JsonElement row, MarketoOptions options)
    {
        if ((row.Text("marketoGUID") ?? row.Text("id")) is not { } id || row.Text("leadId") is not { } lead)
        {
            return [Unreadable(row, "an activity has no id or no lead")];
        }

        var type = row.Text("activityTypeId");
        var program = type == "104" ? row.Text("primaryAttributeValueId") : null;
        var header = HeaderOf($"activity|{id}", lead, program, row.Text("activityDate"), options);
        return type == "13"
            ? MarketoChanges.Map(row, header, options).Select(Lacking)
            : [Lacking(OfType(type, row, header, options))];
    }

    private static SourceEvent OfType(string? type, JsonElement row, EventHeader header, MarketoOptions options)
    {
        var name = Known(row, "primaryAttributeValue");
        return type switch
        {
            "1" => Touched(header, TouchKind.PageVisit, null, Attribute(row, "Webpage URL") ?? name),
            "2" => Touched(header, TouchKind.Form, null, name),
            "3" or "11" => Touched(header, TouchKind.Click, type == "11" ? name : null, Attribute(row, "Link") ?? name),
            "8" => new ConsentChangedEvent(header) { Consent = MailConsent.Bounced },
            "9" => new ConsentChangedEvent(header) { Consent = MailConsent.Unsubscribed },
            "10" => Touched(header, TouchKind.Open, name, null),
            "12" => new ContactCreatedEvent(header) { IsPartial = true },
            "22" => Scored(row, header, name),
            "32" => Merged(row, header, options),
            "37" => new ContactDeletedEvent(header),
            "46" => new ActivityEvent(header) { Detail = Attribute(row, "Description") ?? name },
            "101" => Moved(row, header, "Old Stage", "New Stage", options),
            "104" => Moved(row, header, "Old Status", "New Status", options),
            "6" or "7" or "24" or "25" or "27" or "110" => new IgnoredEvent(header),
            _ => new UnreadEvent(header) { VendorKind = $"activity {type ?? "without type"}" },
        };
    }

    private static SourceEvent Moved(JsonElement row, EventHeader header, string from, string to, MarketoOptions options) =>
        Attribute(row, to) is { } raw
            ? Staged(header, Attribute(row, from), raw, options)
            : Unreadable(row, $"activity {row.Text("activityTypeId")} has no {to}");

    /// <summary>Makes an event of a stage. One that did not move says nothing new.</summary>
    public static SourceEvent Staged(EventHeader header, string? from, string to, MarketoOptions options) =>
        string.Equals(from, to, StringComparison.OrdinalIgnoreCase)
            ? new IgnoredEvent(header)
            : new StageChangedEvent(header)
            {
                FromStageRaw = from, ToStageRaw = to, Stage = options.Stages.TryGet(to, out var stage) ? stage : null,
            };

    /// <summary>Maps a changed score. An instance may have several; the field of the setting counts.</summary>
    private static SourceEvent Scored(JsonElement row, EventHeader header, string? field) =>
        MarketoChanges.Same(field, "Lead Score") && decimal.TryParse(
            Attribute(row, "New Value"), System.Globalization.NumberStyles.Number, System.Globalization.CultureInfo.InvariantCulture,
            out var score)
            ? new ContactUpdatedEvent(header) { Profile = new() { Score = score } }
            : new IgnoredEvent(header);

    /// <summary>Maps a merge into the lead that the activity names. The others no longer exist.</summary>
    private static SourceEvent Merged(JsonElement row, EventHeader header, MarketoOptions options)
    {
        var names = row.Items("attributes").Where(attribute => MarketoChanges.Same(attribute.Text("name"), "Merge IDs"));
        var gone = names.Select(attribute => attribute.Text("value")).FirstOrDefault()
            ?.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(id => id.All(char.IsAsciiDigit) && id != header.People[0].Id).Distinct().ToList() ?? [];
        return gone.Count == 0
            ? Unreadable(row, "a merge does not name the leads that are gone")
            : new ContactMergedEvent(header with { ExternalIds = header.ExternalIds.Add("mergedLeadIds", string.Join(',', gone)) })
            {
                Merged = [.. gone.Select(id => IdentityKey.Person(options.Name, id))],
            };
    }

    private static ActivityEvent Touched(EventHeader header, TouchKind touch, string? campaign, string? detail) => new(header)
    {
        Touch = touch,
        Stage = touch == TouchKind.PageVisit ? FunnelStage.Awareness : FunnelStage.Interest,
        Campaign = campaign,
        Detail = detail,
    };

    /// <summary>Marks what the vendor's API must add. An activity of a lead without an address waits for the lead.</summary>
    private static SourceEvent Lacking(SourceEvent source) => source switch
    {
        ContactDeletedEvent or ContactMergedEvent => source,
        ActivityEvent activity => activity with { NeedsEnrichment = Email, OnlyIfKnown = true },
        PersonEvent person => person with { NeedsEnrichment = person.SubjectEmail is null ? Email : [] },
        _ => source,
    };

    private static EventHeader HeaderOf(string key, string? lead, string? program, string? at, MarketoOptions options)
    {
        (string Name, string? Id)[] ids = [("leadId", lead), ("programId", program)];
        return new($"marketo|{options.MunchkinId}|{key}", ToolSide.Marketing, MarketoDay.Parse(at))
        {
            ExternalIds = ids.Where(known => known.Id is not null).ToImmutableSortedDictionary(known => known.Name, known => known.Id!),
            People = lead is null ? [] : [IdentityKey.Person(options.Name, lead)],
        };
    }

    /// <summary>Returns an attribute of an activity; null for one that is missing, empty or withheld.</summary>
    private static string? Attribute(JsonElement row, string name) =>
        row.Items("attributes").Where(attribute => attribute.Text("name") == name)
            .Select(attribute => Known(attribute, "value")).FirstOrDefault();

    private static string? Known(JsonElement element, string name) =>
        element.Text(name) is { } text && !Withheld.Is(text) ? text : null;

    private static UnreadableEvent Unreadable(JsonElement element, string why) =>
        UnreadableEvent.Of("marketo", ToolSide.Marketing, UnreadableEvent.Fingerprint(element.GetRawText()), why);
}
