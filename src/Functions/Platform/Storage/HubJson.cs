using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>The JSON form of everything the hub stores, sends and answers: camelCase,
/// enums by name, no nulls.</summary>
internal static class HubJson
{
    private static readonly JsonSerializerOptions Known = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new UtcConverter() },
    };

    public static readonly JsonSerializerOptions Options = new(Known)
    {
        Converters = { new NewerFacts(Known), new NewerEvents(Known) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveKindsToConverters } },
    };

    /// <summary>Configures the API's answers the same way, but with nulls, so that
    /// clients see missing values.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        foreach (var converter in Known.Converters)
        {
            options.Converters.Add(converter);
        }
    }

    /// <summary>A type with a converter of its own may not have kinds as well.</summary>
    private static void LeaveKindsToConverters(JsonTypeInfo type)
    {
        if (type.Type == typeof(Fact) || type.Type == typeof(FunnelEvent))
        {
            type.PolymorphismOptions = null;
        }
    }

    /// <summary>Writes instants in UTC.</summary>
    private sealed class UtcConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime);
    }
}
