using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace IntegrationHub.Funnel;

/// <summary>Serialises fingerprinted data independently of culture, time zone and run.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(JourneyForm))]
[JsonSerializable(typeof(SettingsForm))]
internal sealed partial class FingerprintJson : JsonSerializerContext
{
    /// <summary>Returns the SHA-256 of a form's JSON in lower-case hexadecimal.</summary>
    public static string Hash<T>(T form, JsonTypeInfo<T> type) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(form, type)));
}
