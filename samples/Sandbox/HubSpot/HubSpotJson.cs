using System.Globalization;
using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>Objects in HubSpot's form, and what requests say.</summary>
internal static class HubSpotJson
{
    /// <summary>An object with the properties asked for, or those shown by default.</summary>
    public static JsonObject Shown(HubSpotObject shown, IReadOnlyCollection<string> asked, IReadOnlyCollection<string> withHistory)
    {
        var type = shown.Type;
        IEnumerable<string> names = asked.Count == 0 ? type.Shown : asked.Where(name => type.KindOf(name) is not null).Concat([type.Created, type.Modified, "hs_object_id"]);
        return Envelope(shown, names.Concat(withHistory), withHistory);
    }

    /// <summary>An object with all it has, as writes answer it.</summary>
    public static JsonObject Whole(HubSpotObject shown) => Envelope(shown, shown.Properties.Keys, []);

    public static IReadOnlyCollection<string> Names(JsonNode? list) => [.. (list as JsonArray ?? []).Select(name => name?.ToString().ToLowerInvariant() ?? "")];

    public static IReadOnlyCollection<string> Names(IQueryCollection query, string key) =>
        [.. query[key].SelectMany(value => value!.ToLowerInvariant().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    /// <summary>The properties to write; null clears, as the empty value does.</summary>
    public static IReadOnlyDictionary<string, string> Properties(JsonObject input) => input["properties"] is JsonObject properties
        ? properties.ToDictionary(property => property.Key, property => property.Value?.ToString() ?? "")
        : throw HubSpotException.Invalid("Invalid input JSON: properties is missing.");

    public static string Id(JsonObject input) => input["id"]?.ToString() is { Length: > 0 } id ? id : throw HubSpotException.Invalid("Invalid input JSON: id is missing.");

    /// <summary>The inputs of a batch call.</summary>
    public static List<JsonObject> Inputs(JsonObject body)
    {
        var inputs = (body["inputs"] as JsonArray ?? throw HubSpotException.Invalid("Invalid input JSON: inputs is missing.")).OfType<JsonObject>().ToList();
        return inputs.Count <= 100 ? inputs : throw HubSpotException.Invalid($"The maximum batch size is 100; got {inputs.Count}.");
    }

    private static JsonObject Envelope(HubSpotObject shown, IEnumerable<string> names, IReadOnlyCollection<string> withHistory)
    {
        var properties = new JsonObject();
        foreach (var name in names)
        {
            properties[name] = shown.Properties.GetValueOrDefault(name);
        }

        var envelope = new JsonObject
        {
            ["id"] = shown.Id.ToString(CultureInfo.InvariantCulture),
            ["properties"] = properties,
            ["createdAt"] = HubSpotValues.Of(shown.CreatedAt),
            ["updatedAt"] = HubSpotValues.Of(shown.UpdatedAt),
            ["archived"] = shown.ArchivedAt is not null,
        };
        if (shown.ArchivedAt is { } archivedAt)
        {
            envelope["archivedAt"] = HubSpotValues.Of(archivedAt);
        }

        if (withHistory.Count > 0)
        {
            envelope["propertiesWithHistory"] = new JsonObject(withHistory.Select(name => KeyValuePair.Create<string, JsonNode?>(name, Versions(shown, name))));
        }

        return envelope;
    }

    private static JsonArray Versions(HubSpotObject shown, string name) =>
    [
        .. shown.History.GetValueOrDefault(name, []).Select(version => new JsonObject
        {
            ["value"] = version.Value,
            ["timestamp"] = HubSpotValues.Of(version.Timestamp),
            ["sourceType"] = version.Source.Type,
            ["sourceId"] = version.Source.Id,
        }),
    ];
}
