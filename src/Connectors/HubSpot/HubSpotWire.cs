using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>An event of a webhook.</summary>
internal sealed record HubSpotEventWire
{
    /// <summary>The fingerprint of an unreadable element; null for an event.</summary>
    [JsonIgnore]
    public string? Unreadable { get; init; }

    public long? EventId { get; init; }

    public long? PortalId { get; init; }

    public long? OccurredAt { get; init; }

    public string? SubscriptionType { get; init; }

    /// <summary>An older name of <see cref="SubscriptionType"/>.</summary>
    public string? EventType { get; init; }

    /// <summary>The object in the generic <c>object.*</c> form: 0-1 contact, 0-3 deal.</summary>
    public string? ObjectTypeId { get; init; }

    public string? FromObjectTypeId { get; init; }

    public string? ToObjectTypeId { get; init; }

    public long? ObjectId { get; init; }

    public string? PropertyName { get; init; }

    [JsonConverter(typeof(HubSpotJson.ScalarText))]
    public string? PropertyValue { get; init; }

    /// <summary>Whether the value is a placeholder for a sensitive one.</summary>
    public bool? IsSensitive { get; init; }

    public long? PrimaryObjectId { get; init; }

    public IReadOnlyList<long>? MergedObjectIds { get; init; }

    /// <summary>The surviving record of a merge, which may be neither of the merged ones.</summary>
    public long? NewObjectId { get; init; }

    public string? AssociationType { get; init; }

    public long? FromObjectId { get; init; }

    public long? ToObjectId { get; init; }

    public bool? AssociationRemoved { get; init; }
}

internal sealed record HubSpotTokenWire
{
    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }

    [JsonPropertyName("expires_in")]
    public int? ExpiresIn { get; init; }
}

internal sealed record HubSpotBatchReadWire(
    IReadOnlyList<HubSpotIdWire> Inputs, IReadOnlyList<string>? Properties = null, IReadOnlyList<string>? PropertiesWithHistory = null);

/// <summary>A record id, with the marker of the next page.</summary>
internal sealed record HubSpotIdWire(string Id, string? After = null);

/// <summary>Records; missing ones are left out.</summary>
internal sealed record HubSpotBatchWire(IReadOnlyList<HubSpotObjectWire>? Results);

internal sealed record HubSpotObjectWire(string? Id, IReadOnlyDictionary<string, JsonElement>? Properties)
{
    public IReadOnlyDictionary<string, IReadOnlyList<HubSpotVersionWire>?>? PropertiesWithHistory { get; init; }

    /// <summary>Since when a property has its present value; null when unknown.</summary>
    public DateTimeOffset? Since(string property) =>
        PropertiesWithHistory?.GetValueOrDefault(property) is [{ Timestamp: { } since }, ..] ? since : null;

    /// <summary>Returns a property's value; null when it is missing, empty or withheld.</summary>
    public string? Text(string property) =>
        Properties is not null
            && Properties.TryGetValue(property, out var value)
            && HubSpotJson.TextOf(value) is { Length: > 0 } text
            && !Withheld.Is(text)
            ? text : null;

    /// <summary>Whether the record states that a property is empty. A missing or withheld one may have a
    /// value.</summary>
    public bool IsEmpty(string property) =>
        Properties is not null && Properties.TryGetValue(property, out var value) && string.IsNullOrEmpty(HubSpotJson.TextOf(value));
}

/// <summary>A value that a property had from a time on. The latest comes first.</summary>
internal sealed record HubSpotVersionWire(
    [property: JsonConverter(typeof(HubSpotJson.ScalarText))] string? Value, DateTimeOffset? Timestamp);

internal sealed record HubSpotAssociationsWire(IReadOnlyList<HubSpotAssociationWire>? Results);

internal sealed record HubSpotAssociationWire(
    HubSpotIdWire? From, IReadOnlyList<HubSpotAssociatedWire>? To, HubSpotPagingWire? Paging = null);

internal sealed record HubSpotAssociatedWire(long? ToObjectId);

internal sealed record HubSpotAssociatedPageWire(IReadOnlyList<HubSpotAssociatedWire>? Results, HubSpotPagingWire? Paging);

internal sealed record HubSpotObjectPageWire(IReadOnlyList<HubSpotObjectWire>? Results, HubSpotPagingWire? Paging);

internal sealed record HubSpotPagingWire(HubSpotNextWire? Next);

/// <summary>The marker of the next page.</summary>
internal sealed record HubSpotNextWire(string? After);

internal sealed record HubSpotNewNoteWire(
    IReadOnlyDictionary<string, string> Properties, IReadOnlyList<HubSpotNewAssociationWire> Associations);

internal sealed record HubSpotNewAssociationWire(HubSpotIdWire To, IReadOnlyList<HubSpotAssociationTypeWire> Types);

internal sealed record HubSpotAssociationTypeWire(string AssociationCategory, int AssociationTypeId);

internal sealed record HubSpotPipelinesWire(IReadOnlyList<HubSpotPipelineWire>? Results);

internal sealed record HubSpotPipelineWire(string? Id, IReadOnlyList<HubSpotPipelineStageWire>? Stages);

internal sealed record HubSpotPropertyWire(string? Name, IReadOnlyList<HubSpotOptionWire>? Options);

internal sealed record HubSpotOptionWire(string? Label, string? Value);

internal sealed record HubSpotPipelineStageWire(string? Id, string? Label, IReadOnlyDictionary<string, JsonElement>? Metadata)
{
    /// <summary>The probability that a deal on the stage is won; null when unknown.</summary>
    public decimal? Probability =>
        Metadata is not null && Metadata.TryGetValue("probability", out var value) ? HubSpotMapper.Amount(HubSpotJson.TextOf(value)) : null;
}

/// <summary>Properties to write; an empty text clears a property.</summary>
internal sealed record HubSpotPatchWire(IReadOnlyDictionary<string, string> Properties);

/// <summary>The contact to erase for privacy.</summary>
internal sealed record HubSpotErasureWire(string ObjectId);

/// <summary>HubSpot's JSON.</summary>
internal static class HubSpotJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        MaxDepth = WellFormed.MostNested,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Returns a scalar as text; null for anything else.</summary>
    public static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };

    /// <summary>Reads any scalar as text.</summary>
    internal sealed class ScalarText : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString(),
                JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False => Encoding.UTF8.GetString(reader.ValueSpan),
                _ => throw new JsonException("A property's value is a text."),
            };

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}
