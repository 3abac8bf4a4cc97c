using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace IntegrationHub.Funnel;

/// <summary>Writes what is fingerprinted in a form that depends on no culture, time zone or run.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(JourneyForm))]
[JsonSerializable(typeof(SettingsForm))]
internal sealed partial class FingerprintJson : JsonSerializerContext
{
    /// <summary>The SHA-256 of a form as JSON, lower-case hexadecimal.</summary>
    public static string Hash<T>(T form, JsonTypeInfo<T> type) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(form, type)));
}
