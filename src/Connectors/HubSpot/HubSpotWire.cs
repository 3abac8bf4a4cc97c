using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>One event of a webhook's array.</summary>
internal sealed record HubSpotEventWire
{
    /// <summary>What identifies an element of the array that is no event; null for an event.</summary>
    [JsonIgnore]
    public string? Unreadable { get; init; }

    public long? EventId { get; init; }

    public long? PortalId { get; init; }

    public long? OccurredAt { get; init; }

    public string? SubscriptionType { get; init; }

    /// <summary>An older name of <see cref="SubscriptionType"/>.</summary>
    public string? EventType { get; init; }

    /// <summary>Which object, in the generic <c>object.*</c> form: 0-1 contact, 0-3 deal.</summary>
    public string? ObjectTypeId { get; init; }

    /// <summary>Which object an association goes from, in the generic form.</summary>
    public string? FromObjectTypeId { get; init; }

    /// <summary>Which object an association goes to, in the generic form.</summary>
    public string? ToObjectTypeId { get; init; }

    public long? ObjectId { get; init; }

    public string? PropertyName { get; init; }

    [JsonConverter(typeof(HubSpotJson.ScalarText))]
    public string? PropertyValue { get; init; }

    /// <summary>Whether HubSpot keeps the value back: what stands in its place is a placeholder.</summary>
    public bool? IsSensitive { get; init; }

    public long? PrimaryObjectId { get; init; }

    public IReadOnlyList<long>? MergedObjectIds { get; init; }

    /// <summary>The record a merge leaves, which may be neither of the merged ones.</summary>
    public long? NewObjectId { get; init; }

    public string? AssociationType { get; init; }

    public long? FromObjectId { get; init; }

    public long? ToObjectId { get; init; }

    public bool? AssociationRemoved { get; init; }
}

/// <summary>A token.</summary>
internal sealed record HubSpotTokenWire
{
    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }

    [JsonPropertyName("expires_in")]
    public int? ExpiresIn { get; init; }
}

/// <summary>Asks for records by id.</summary>
internal sealed record HubSpotBatchReadWire(IReadOnlyList<HubSpotIdWire> Inputs, IReadOnlyList<string>? Properties = null, IReadOnlyList<string>? PropertiesWithHistory = null);

/// <summary>An id, and the mark to go on from where its answer was not whole.</summary>
internal sealed record HubSpotIdWire(string Id, string? After = null);

/// <summary>Records; those that are not there are left out.</summary>
internal sealed record HubSpotBatchWire(IReadOnlyList<HubSpotObjectWire>? Results);

/// <summary>A record.</summary>
internal sealed record HubSpotObjectWire(string? Id, IReadOnlyDictionary<string, JsonElement>? Properties)
{
    public IReadOnlyDictionary<string, IReadOnlyList<HubSpotVersionWire>?>? PropertiesWithHistory { get; init; }

    /// <summary>Since when a property has its present value; null where that is not told.</summary>
    public DateTimeOffset? Since(string property) => PropertiesWithHistory?.GetValueOrDefault(property) is [{ Timestamp: { } since }, ..] ? since : null;

    /// <summary>The value of a property; null where it has none, or none that is told.</summary>
    public string? Text(string property) =>
        Properties is not null && Properties.TryGetValue(property, out var value) && HubSpotJson.TextOf(value) is { Length: > 0 } text && !Withheld.Is(text) ? text : null;

    /// <summary>Whether the record says that it has no value of a property; what it does not say, or withholds, may have one.</summary>
    public bool IsEmpty(string property) => Properties is not null && Properties.TryGetValue(property, out var value) && string.IsNullOrEmpty(HubSpotJson.TextOf(value));
}

/// <summary>A value that a property had from a time on; the latest comes first.</summary>
internal sealed record HubSpotVersionWire([property: JsonConverter(typeof(HubSpotJson.ScalarText))] string? Value, DateTimeOffset? Timestamp);

/// <summary>What belongs to what.</summary>
internal sealed record HubSpotAssociationsWire(IReadOnlyList<HubSpotAssociationWire>? Results);

/// <summary>What belongs to one record.</summary>
internal sealed record HubSpotAssociationWire(HubSpotIdWire? From, IReadOnlyList<HubSpotAssociatedWire>? To, HubSpotPagingWire? Paging = null);

/// <summary>One that belongs to it.</summary>
internal sealed record HubSpotAssociatedWire(long? ToObjectId);

/// <summary>A page of what belongs to a record.</summary>
internal sealed record HubSpotAssociatedPageWire(IReadOnlyList<HubSpotAssociatedWire>? Results, HubSpotPagingWire? Paging);

/// <summary>Where the next page begins.</summary>
internal sealed record HubSpotPagingWire(HubSpotNextWire? Next);

/// <summary>The mark to go on from.</summary>
internal sealed record HubSpotNextWire(string? After);

/// <summary>A note to be made, with whom it is on.</summary>
internal sealed record HubSpotNewNoteWire(IReadOnlyDictionary<string, string> Properties, IReadOnlyList<HubSpotNewAssociationWire> Associations);

/// <summary>What a new record is to belong to.</summary>
internal sealed record HubSpotNewAssociationWire(HubSpotIdWire To, IReadOnlyList<HubSpotAssociationTypeWire> Types);

/// <summary>How two records belong together.</summary>
internal sealed record HubSpotAssociationTypeWire(string AssociationCategory, int AssociationTypeId);

/// <summary>Pipelines.</summary>
internal sealed record HubSpotPipelinesWire(IReadOnlyList<HubSpotPipelineWire>? Results);

/// <summary>A pipeline.</summary>
internal sealed record HubSpotPipelineWire(string? Id, IReadOnlyList<HubSpotPipelineStageWire>? Stages);

/// <summary>A stage of a pipeline.</summary>
internal sealed record HubSpotPipelineStageWire(string? Id, IReadOnlyDictionary<string, JsonElement>? Metadata)
{
    /// <summary>How likely a deal on it is won; null where it is not told.</summary>
    public decimal? Probability => Metadata is not null && Metadata.TryGetValue("probability", out var value) ? HubSpotMapper.Amount(HubSpotJson.TextOf(value)) : null;
}

/// <summary>Properties to write; an empty text clears.</summary>
internal sealed record HubSpotPatchWire(IReadOnlyDictionary<string, string> Properties);

/// <summary>How HubSpot writes JSON, and how little is to be made of it when it does not.</summary>
internal static class HubSpotJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        MaxDepth = WellFormed.MostNested,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>A value as text; a number or a truth value is taken as it is written. Null for what is neither.</summary>
    public static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };

    /// <summary>A text; a number or a truth value is taken as it is written.</summary>
    internal sealed class ScalarText : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False => Encoding.UTF8.GetString(reader.ValueSpan),
            _ => throw new JsonException("A property's value is a text."),
        };

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}
