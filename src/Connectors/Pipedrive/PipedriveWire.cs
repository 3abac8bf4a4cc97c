using System.Globalization;
using System.Text.Json;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Pipedrive;

/// <summary>What happened to a record, in one form for both versions of webhooks and for the rows of polls.</summary>
/// <param name="Key">What makes it the same event within the company.</param>
/// <param name="Entity">The kind of record: <c>deal</c>, <c>person</c> and so on.</param>
/// <param name="Action"><c>create</c>, <c>change</c>, <c>delete</c>, <c>merge</c>, or <c>row</c> for a row.</param>
internal sealed record PipedriveChange(string Key, string Entity, string Action)
{
    /// <summary>The action of a row.</summary>
    public const string Row = "row";

    /// <summary>Gets the record's id; null when it is not named.</summary>
    public string? Id { get; init; }

    /// <summary>Gets the company; null when it is not named.</summary>
    public string? CompanyId { get; init; }

    /// <summary>Gets the user who changed the record by the API; null for a change by hand.</summary>
    public string? ApiUser { get; init; }

    /// <summary>Gets when it happened.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Gets the record into which a deleted one was merged.</summary>
    public string? MergedTo { get; init; }

    /// <summary>Gets the record that was merged into this one.</summary>
    public string? MergedFrom { get; init; }

    /// <summary>Gets the present state; not an object when the record is gone.</summary>
    public JsonElement Data { get; init; }

    /// <summary>Gets the values before: of a change in version 2 only what changed.</summary>
    public JsonElement Previous { get; init; }

    /// <summary>Gets the present state, or the last one of a record that is gone.</summary>
    public JsonElement Known => Data.ValueKind == JsonValueKind.Object ? Data : Previous;

    /// <summary>Whether a member changed.</summary>
    public bool HasChanged(string name) =>
        Previous.Member(name) is { ValueKind: not JsonValueKind.Undefined } before
        && !JsonElement.DeepEquals(before, Data.Member(name).ValueKind == JsonValueKind.Undefined ? Null : Data.Member(name));

    private static readonly JsonElement Null = JsonDocument.Parse("null").RootElement;
}

/// <summary>Pipedrive's JSON.</summary>
internal static class PipedriveWire
{
    private const string User = "user";

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { MaxDepth = WellFormed.MostNested };

    /// <summary>Parses an object; null for another body.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body) => WellFormed.Parse(
        body, static root => root.ValueKind == JsonValueKind.Object);

    /// <summary>Reads a webhook of either version; null when it names no action or no object.</summary>
    public static PipedriveChange? ReadWebhook(JsonElement root)
    {
        var meta = root.Member("meta");
        if (meta.Text("action") is not { } action)
        {
            return null;
        }

        return meta.Text("entity") is { } entity ? ReadSecond(root, meta, entity, action)
            : meta.Text("object") is { } record ? ReadFirst(root, meta, record, action)
            : null;
    }

    /// <summary>Reads a row of a poll, whose page does not say what it is: its members do.</summary>
    public static PipedriveChange ReadRow(JsonElement row)
    {
        var entity = Has(row, "pipeline_id") && Has(row, "stage_id") ? "deal"
            : Has(row, "due_date") ? "activity"
            : Has(row, "emails") || Has(row, "phones") ? "person"
            : "row";
        var (id, changed) = (row.Text("id"), row.Text("update_time"));
        return new($"{entity}|{id}|{changed}|{UnreadableEvent.Fingerprint(row.GetRawText())}", entity, PipedriveChange.Row)
        {
            Id = id, At = JsonFields.IsoTime(changed), Data = row,
        };
    }

    /// <summary>Returns the id of another record: a number, or in version 1 an object with it.</summary>
    public static string? IdIn(JsonElement record, string name) =>
        record.Text(name) ?? record.Member(name).Text("value") ?? record.Member(name).Text("id");

    private static PipedriveChange ReadSecond(JsonElement root, JsonElement meta, string entity, string action)
    {
        var (id, time) = (meta.Text("id"), meta.Text("timestamp"));
        var record = meta.Text("entity_id") ?? root.Member("data").Text("id") ?? root.Member("previous").Text("id");

        // The id of a user's event is the user's.
        var key = id is null || entity == User ? string.Join('|', entity, id ?? record, action, time) : id;
        return new(key, entity, action)
        {
            Id = record,
            CompanyId = meta.Text("company_id"),
            ApiUser = meta.Text("change_source") == "api" ? meta.Text("user_id") : null,
            At = TimeOf(time) ?? JsonFields.IsoTime(root.Member("data").Text("update_time")),
            MergedTo = meta.Text("merged_to_id"),
            MergedFrom = meta.Text("merged_from_id"),
            Data = root.Member("data"),
            Previous = root.Member("previous"),
        };
    }

    private static PipedriveChange ReadFirst(JsonElement root, JsonElement meta, string record, string action)
    {
        var (current, previous) = (root.Member("current"), root.Member("previous"));
        var id = meta.Text("id") ?? current.Text("id") ?? previous.Text("id");
        var time = meta.Text("timestamp_micro") ?? meta.Text("timestamp");
        return new(string.Join('|', "v1", record, id, action, time), record, ActionOf(action))
        {
            Id = id,
            CompanyId = meta.Text("company_id"),
            ApiUser = meta.Text("change_source") == "api" ? meta.Text("user_id") : null,
            At = TimeOf(meta.Text("timestamp")) ?? JsonFields.IsoTime(current.Text("update_time")),
            MergedFrom = action == "merged" && previous.Text("id") is { } loser && loser != id ? loser : null,
            MergedTo = action == "deleted" ? IdIn(previous, "merge_what_id") : null,
            Data = current,
            Previous = previous,
        };
    }

    private static string ActionOf(string action) => action switch
    {
        "added" => "create",
        "updated" => "change",
        "deleted" => "delete",
        "merged" => "merge",
        _ => action,
    };

    /// <summary>Reads a time: ISO 8601, or seconds since 1970.</summary>
    private static DateTimeOffset? TimeOf(string? text) =>
        text is null ? null
        : text.All(char.IsAsciiDigit) ? JsonFields.UnixSeconds(text)
        : decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            ? JsonFields.UnixSeconds(decimal.Truncate(seconds).ToString(CultureInfo.InvariantCulture))
        : JsonFields.IsoTime(text);

    private static bool Has(JsonElement row, string name) => row.Member(name).ValueKind != JsonValueKind.Undefined;
}
