using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>The JSON form of everything the hub stores, sends and answers: camelCase,
/// enums by name, no nulls.</summary>
public static class HubJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new UtcConverter() },
    };

    /// <summary>Configures the API's answers the same way, but with nulls, so that
    /// clients see missing values.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        foreach (var converter in Options.Converters)
        {
            options.Converters.Add(converter);
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
