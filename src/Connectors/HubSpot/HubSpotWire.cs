using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>One event of a webhook's array.</summary>
internal sealed record HubSpotEventWire
{
    public long? EventId { get; init; }

    public long? PortalId { get; init; }

    public long? OccurredAt { get; init; }

    public string? SubscriptionType { get; init; }

    /// <summary>An older name of <see cref="SubscriptionType"/>.</summary>
    public string? EventType { get; init; }

    /// <summary>Which object, in the generic <c>object.*</c> form: 0-1 contact, 0-3 deal.</summary>
    public string? ObjectTypeId { get; init; }

    public long? ObjectId { get; init; }

    public string? PropertyName { get; init; }

    [JsonConverter(typeof(HubSpotJson.ScalarText))]
    public string? PropertyValue { get; init; }

    public long? PrimaryObjectId { get; init; }

    public IReadOnlyList<long>? MergedObjectIds { get; init; }

    /// <summary>The record a merge leaves, which may be neither of the merged ones.</summary>
    public long? NewObjectId { get; init; }

    public string? AssociationType { get; init; }

    public long? FromObjectId { get; init; }

    public long? ToObjectId { get; init; }

    public bool? AssociationRemoved { get; init; }
}

/// <summary>How HubSpot writes JSON, and how little is to be made of it when it does not.</summary>
internal static class HubSpotJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
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
