using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>Reads a type whose kinds grow: what this build cannot read becomes an unknown one, which is written as it was
/// read. So a hub that is rolled back loses nothing that the newer one wrote.</summary>
/// <param name="known">How known kinds are read and written.</param>
internal abstract class NewerJson<T>(JsonSerializerOptions known) : JsonConverter<T>
    where T : class
{
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var start = reader;
        try
        {
            return JsonSerializer.Deserialize<T>(ref reader, known);
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException)
        {
            reader = start;
            return Keep(JsonElement.ParseValue(ref reader));
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (JsonOf(value) is { } json)
        {
            writer.WriteRawValue(json, skipInputValidation: true);
        }
        else
        {
            JsonSerializer.Serialize(writer, value, known);
        }
    }

    /// <summary>Makes the unknown one of its JSON.</summary>
    /// <exception cref="JsonException">It is not of the hub.</exception>
    protected abstract T Keep(JsonElement element);

    /// <summary>Returns the JSON of an unknown one; null for any other.</summary>
    protected abstract string? JsonOf(T value);

    protected static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    protected static DateTimeOffset? Instant(JsonElement element, string name) =>
        DateTimeOffset.TryParse(Text(element, name), CultureInfo.InvariantCulture, out var at) ? at : null;
}

/// <summary>Keeps facts of newer builds.</summary>
internal sealed class NewerFacts(JsonSerializerOptions known) : NewerJson<Fact>(known)
{
    protected override Fact Keep(JsonElement element)
    {
        var json = element.GetRawText();
        var receivedAt = Instant(element, "receivedAt") ?? DateTimeOffset.UnixEpoch;
        return new UnknownFact
        {
            Kind = Text(element, "kind") ?? "unknown",
            Json = json,
            DedupeKey = Text(element, "dedupeKey") ?? $"unknown|{TableKey.Hash(json)}",
            Connector = Text(element, "connector") ?? "unknown",
            Side = Enum.TryParse<ToolSide>(Text(element, "side"), ignoreCase: true, out var side) ? side : ToolSide.Marketing,
            OccurredAt = Instant(element, "occurredAt") ?? receivedAt,
            ReceivedAt = receivedAt,
            MessageId = Text(element, "messageId"),
            Raw = Text(element, "raw"),
        };
    }

    protected override string? JsonOf(Fact value) => (value as UnknownFact)?.Json;
}

/// <summary>Keeps events of newer builds.</summary>
internal sealed class NewerEvents(JsonSerializerOptions known) : NewerJson<FunnelEvent>(known)
{
    protected override FunnelEvent Keep(JsonElement element) => new UnknownEvent
    {
        Type = Text(element, "type") ?? "unknown",
        Json = element.GetRawText(),
        Id = Text(element, "id") ?? throw new JsonException("An event needs an id."),
        LeadId = LeadId.TryParse(Text(element, "leadId"), out var lead) ? lead : throw new JsonException("An event needs a lead."),
        At = Instant(element, "at") ?? DateTimeOffset.UnixEpoch,
        Team = Text(element, "team") ?? "",
    };

    protected override string? JsonOf(FunnelEvent value) => (value as UnknownEvent)?.Json;
}
