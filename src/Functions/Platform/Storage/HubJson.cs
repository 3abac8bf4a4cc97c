using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>The one JSON form of everything the hub stores, sends and answers: camelCase, enums by name, nulls left out.</summary>
public static class HubJson
{
    /// <summary>The options.</summary>
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new UtcConverter() },
    };

    /// <summary>Gives the answers of the API the same form, but with their nulls: what is not there yet shows.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (var converter in Options.Converters)
        {
            options.Converters.Add(converter);
        }
    }

    /// <summary>Instants end in Z.</summary>
    private sealed class UtcConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value.UtcDateTime);
    }
}
