using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>The hub's id of a lead: 24 lower-case hexadecimal digits. <see cref="PersonKeys"/> makes it of the lead's
/// first key, so concurrent workers make the same id. It says nothing about the person.</summary>
[JsonConverter(typeof(Converter))]
public sealed record LeadId
{
    private const int Length = 24;

    private LeadId(string value) => Value = value;

    /// <summary>Gets the id as text, used in tables, messages, URLs and the CRM's external-id field.</summary>
    public string Value { get; }

    /// <summary>Parses an id from outside, ignoring case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out LeadId? id)
    {
        var trimmed = text?.Trim().ToLowerInvariant();
        id = trimmed is { Length: Length } && trimmed.All(char.IsAsciiHexDigit) ? new(trimmed) : null;
        return id is not null;
    }

    /// <summary>Returns the id that a hash in lower-case hexadecimal begins with.</summary>
    internal static LeadId FromHash(string hash) => new(hash[..Length]);

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
