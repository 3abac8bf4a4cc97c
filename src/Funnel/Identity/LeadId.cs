using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>The hub's id of a lead: 24 lower-case hexadecimal digits. It derives from the lead's first key, so
/// concurrent workers make the same id. It holds no personal data.</summary>
[JsonConverter(typeof(Converter))]
public sealed record LeadId
{
    private const int Length = 24;

    private LeadId(string value) => Value = value;

    /// <summary>Gets the id as text, used in tables, messages, URLs and the CRM's external-id field.</summary>
    public string Value { get; }

    /// <summary>Returns the id of a lead whose first key is <paramref name="key"/>.</summary>
    public static LeadId For(IdentityKey key)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"lead|{key.Canonical}"));
        return new(Convert.ToHexStringLower(hash)[..Length]);
    }

    /// <summary>Parses an id from outside, ignoring case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out LeadId? id)
    {
        var trimmed = text?.Trim().ToLowerInvariant();
        id = trimmed is { Length: Length } && trimmed.All(char.IsAsciiHexDigit) ? new(trimmed) : null;
        return id is not null;
    }

    /// <summary>Parses an id that the hub wrote.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is not an id.</exception>
    public static LeadId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"A lead id is {Length} hexadecimal digits.");

    /// <inheritdoc/>
    public override string ToString() => Value;

    private sealed class Converter : JsonConverter<LeadId>
    {
        public override LeadId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out var id) ? id : throw new JsonException($"A lead id is {Length} hexadecimal digits.");

        public override void Write(Utf8JsonWriter writer, LeadId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }
}
