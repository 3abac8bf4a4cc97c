using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IntegrationHub.Cli.Bicep;

/// <summary>The types of a compiled template: what each parameter may be, with its description, default and
/// example.</summary>
/// <param name="template">The compiled <c>main.bicep</c>.</param>
internal sealed partial class TemplateTypes(JsonNode template)
{
    /// <summary>Gets the vendors: the value of <c>type</c>, and the type of its connectors.</summary>
    public IReadOnlyDictionary<string, JsonObject> Vendors =>
        MembersOf(Resolve(Resolve(template["parameters"]?["connectors"])?["additionalProperties"]) ?? []);

    /// <summary>Gets the names of the parameters.</summary>
    public IReadOnlyList<string> Parameters => [.. (template["parameters"] as JsonObject ?? []).Select(parameter => parameter.Key)];

    /// <summary>Returns the type of a parameter; null when there is none of that name.</summary>
    /// <param name="path">Such as <c>connectors.hubspot.portalId</c>.</param>
    /// <param name="texts">The texts of the file, which choose among the types of a union.</param>
    public JsonObject? Find(string path, IReadOnlyDictionary<string, string> texts)
    {
        var parts = Part().Matches(path).Select(match => match.Value.TrimStart('.')).ToList();
        var type = parts.Count == 0 ? null : Resolve(template["parameters"]?[parts[0]]);
        var above = parts.FirstOrDefault("");
        foreach (var part in parts.Skip(1))
        {
            type = part[0] == '[' ? Resolve(type?["items"]) : Member(type, part, above, texts);
            above += part[0] == '[' ? part : $".{part}";
        }

        return type is null ? null : Chosen(type, above, texts);
    }

    /// <summary>Returns the names that an object of a type may have; empty for one with any names.</summary>
    public static IReadOnlyList<string> NamesOf(JsonObject? type) =>
        [.. (type?["properties"] as JsonObject ?? []).Select(property => property.Key)];

    /// <summary>Returns the names that an object of a type must have.</summary>
    public IReadOnlyList<string> RequiredOf(JsonObject type) =>
        [.. NamesOf(type).Where(name => Resolve(type["properties"]![name])?["nullable"]?.GetValue<bool>() != true)];

    /// <summary>Returns the type of a property of a type; null when it has none of that name.</summary>
    public JsonObject? Property(JsonObject type, string name) => Resolve(type["properties"]?[name]);

    /// <summary>Returns the type of the items of a list; null for another type.</summary>
    public JsonObject? ItemOf(JsonObject type) => Resolve(type["items"]);

    /// <summary>Returns the types of a union by the value that chooses each; empty for what is not a union.</summary>
    public IReadOnlyDictionary<string, JsonObject> MembersOf(JsonObject type) =>
        (type["discriminator"]?["mapping"] as JsonObject ?? []).ToDictionary(member => member.Key, member => Resolve(member.Value)!);

    /// <summary>Returns an example of a type: its own, its default, or its first value; null when it has
    /// none.</summary>
    public static string? ExampleOf(JsonObject? type) =>
        type?["metadata"]?["example"]?.ToString() ?? type?["metadata"]?["default"]?.ToString() ?? type?["allowedValues"]?[0]?.ToString();

    /// <summary>Returns what a type means, as the template says.</summary>
    public static string? DescriptionOf(JsonObject? type) => type?["metadata"]?["description"]?.ToString();

    private JsonObject? Member(JsonObject? type, string name, string above, IReadOnlyDictionary<string, string> texts)
    {
        var chosen = type is null ? null : Chosen(type, above, texts);
        return Resolve(chosen?["properties"]?[name]) ?? Resolve(chosen?["additionalProperties"]);
    }

    private JsonObject Chosen(JsonObject type, string path, IReadOnlyDictionary<string, string> texts) =>
        type["discriminator"] is { } union
            && texts.TryGetValue($"{path}.{union["propertyName"]!.GetValue<string>()}", out var value)
            && MembersOf(type).TryGetValue(value, out var member)
                ? member
                : type;

    /// <summary>Follows references. What stands beside a reference wins over what it refers to.</summary>
    private JsonObject? Resolve(JsonNode? type)
    {
        if (type is not JsonObject found || found["$ref"] is not { } reference)
        {
            return type as JsonObject;
        }

        var resolved = (JsonObject)Resolve(template["definitions"]![reference.GetValue<string>().Split('/')[^1]])!.DeepClone();
        foreach (var (name, value) in found.Where(member => member.Key != "$ref"))
        {
            resolved[name] = value?.DeepClone();
        }

        return resolved;
    }

    [GeneratedRegex(@"\[\d+\]|\.?[^.\[]+")]
    private static partial Regex Part();
}
