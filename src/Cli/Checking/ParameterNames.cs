using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using IntegrationHub.Cli.Bicep;

namespace IntegrationHub.Cli.Checking;

/// <summary>
/// Finds the parameter that an app setting came from: <c>Handoffs:sales:Routes:1:Owner</c> is
/// <c>routing.sales.routes[0].owner</c>. It is the way back of <c>infra/settings.bicep</c>.
/// </summary>
/// <param name="parameters">The parameters of the file, as <c>bicep build-params</c> writes them.</param>
/// <param name="types">The types of the template, which know where a parameter belongs that is left out; null for
/// none.</param>
internal sealed partial class ParameterNames(JsonObject parameters, TemplateTypes? types)
{
    private static readonly Dictionary<string, string> Platform = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Mail:From"] = "mailFrom",
        ["Mail:PerMinute"] = "mailsPerMinute",
        ["Mail:PerHour"] = "mailsPerHour",
        ["Hub:PublicUrl"] = "publicUrl",
    };

    private static readonly string[] InsideConnector = ["", "signIn", "secrets", "signIn.secrets"];

    /// <summary>Returns the parameter of a setting.</summary>
    /// <param name="setting">The key with colons.</param>
    public string Of(string setting)
    {
        var parts = setting.Split(':');
        if (Platform.TryGetValue(setting, out var ofPlatform))
        {
            return $"platform.{ofPlatform}";
        }

        if (ExtraOf(setting) is { } extra)
        {
            return $"platform.extraSettings.{extra}";
        }

        return parts switch
        {
            ["Connectors", var name, .. var rest] => OfConnector(name, rest),
            ["Handoffs", .. var rest] => Path("routing", rest),
            ["Funnel", "Calendar", .. var rest] => Path("calendar", rest),
            ["Hub", "Keys", var name, "Key"] => $"platform.keys.{name}.secret",
            ["Hub", "Keys", var name, "Roles"] => $"platform.keys.{name}.roles",
            ["Campaigns", var number, .. var rest] => Path($"campaigns[{Index(number)}]", rest),
            [var section, ..] when !IsParameter(section) =>
                $"platform.extraSettings.{setting.Replace(":", "__", StringComparison.Ordinal)}",
            [var section, .. var rest] => Path(Camel(section), rest),
            [] => setting,
        };
    }

    /// <summary>Puts the parameter in place of every setting that a text names.</summary>
    public string Translate(string text) => Setting().Replace(text, match => Of(match.Value));

    private bool IsParameter(string section) =>
        section is "Funnel" or "Teams" or "Owners" or "Alerts" or "WriteBack" or "Ops" or "Erasure" or "Outward" or "Identity" or "Content"
        || parameters.ContainsKey(Camel(section));

    private string OfConnector(string name, string[] rest)
    {
        var path = Path("connectors", [name]);
        if (rest.Length == 0)
        {
            return path;
        }

        var connector = Value(path);
        var inside = Array.Find(InsideConnector, section => Child(Below(connector, section), rest[0]) is not null)
            ?? Array.Find(InsideConnector, section => HasType(path, connector, section, rest[0])) ?? "";
        return Path(inside.Length == 0 ? path : $"{path}.{inside}", rest);
    }

    /// <summary>Whether a part of a connector may have a property of that name.</summary>
    private bool HasType(string path, JsonNode? connector, string section, string name)
    {
        var texts = new Dictionary<string, string>
        {
            [$"{path}.type"] = (connector as JsonObject)?["type"]?.ToString() ?? "",
            [$"{path}.signIn.kind"] = (Below(connector, "signIn") as JsonObject)?["kind"]?.ToString() ?? "",
        };
        return TemplateTypes.NamesOf(types?.Find(section.Length == 0 ? path : $"{path}.{section}", texts))
            .Contains(name, StringComparer.OrdinalIgnoreCase);
    }

    private string? ExtraOf(string setting) => (parameters["platform"]?["value"]?["extraSettings"] as JsonObject)
        ?.Select(extra => extra.Key)
        .FirstOrDefault(key => key.Replace("__", ":", StringComparison.Ordinal).Equals(setting, StringComparison.OrdinalIgnoreCase));

    /// <summary>Adds the rest of a key to a parameter, spelt as in the file where it stands there.</summary>
    private string Path(string path, IEnumerable<string> rest)
    {
        foreach (var part in rest)
        {
            var here = Value(path);
            path = path.EndsWith(".routes", StringComparison.Ordinal) || here is JsonArray ? $"{path}[{Index(path, part)}]"
                : $"{path}.{Child(here, part) ?? (IsMap(path) ? part : Camel(part))}";
        }

        return path;
    }

    /// <summary>Names that people choose keep their spelling.</summary>
    private static bool IsMap(string path) =>
        path is "connectors" or "teams" or "owners" or "routing" or "content" || path.EndsWith("Map", StringComparison.Ordinal)
        || path.EndsWith(".segments", StringComparison.Ordinal) || path.EndsWith(".id", StringComparison.Ordinal);

    private JsonNode? Value(string path)
    {
        var parts = path.Split('.', '[');
        var value = parameters[parts[0]]?["value"];
        foreach (var part in parts.Skip(1))
        {
            value = part.EndsWith(']')
                ? value is JsonArray items && int.TryParse(part[..^1], CultureInfo.InvariantCulture, out var at) && at < items.Count
                    && at >= 0
                    ? items[at] : null
                : value is JsonObject members ? members[part] : null;
        }

        return value;
    }

    private static JsonNode? Below(JsonNode? from, string section) => section.Length == 0
        ? from
        : section.Split('.').Aggregate(from, (value, part) => (value as JsonObject)?[part]);

    private static string? Child(JsonNode? value, string name) => (value as JsonObject)
        ?.Select(member => member.Key).FirstOrDefault(key => key.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Parameters count from 0, and so do the lists of a connector.</summary>
    private static int Index(string path, string number) =>
        Index(number) + (path.StartsWith("connectors.", StringComparison.Ordinal) ? 1 : 0);

    /// <summary>Other settings count from 1.</summary>
    private static int Index(string number) => int.TryParse(number, CultureInfo.InvariantCulture, out var at) ? at - 1 : 0;

    private static string Camel(string name) => name.Length == 0 ? name : $"{char.ToLowerInvariant(name[0])}{name[1..]}";

    [GeneratedRegex(
        @"\b(?:Connectors|Funnel|Teams|Owners|Handoffs|Campaigns|Content|Alerts|WriteBack|Ops|Erasure|Outward|Identity|Mail|Hub)"
            + @"(?::[\w-]+)+")]
    private static partial Regex Setting();
}
