using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using IntegrationHub.Cli.Bicep;

namespace IntegrationHub.Cli.Starting;

/// <summary>Asks for what a first parameters file needs. The questions about a vendor are its required parameters, as
/// the types of the template have them, so a new vendor is asked about by itself.</summary>
internal sealed partial class InitFlow(TemplateTypes types, Answers answers)
{
    private const string Address = "ann@example.com";

    /// <summary>Asks everything.</summary>
    /// <returns>The parameters by name.</returns>
    public IReadOnlyDictionary<string, JsonNode> Ask()
    {
        var parameters = new Dictionary<string, JsonNode>
        {
            ["environmentName"] = answers.Ask(
                "environmentName", "Name of the environment, 2 to 12 letters and digits", "test", null,
                text => Name().IsMatch(text) ? null : "must be 2 to 12 letters and digits"),
            ["location"] = answers.Ask("location", "Azure region", "westeurope", null, _ => null),
        };
        var vendors = AskList("vendors", $"Tools, with commas between ({string.Join(", ", types.Vendors.Keys)})", "HubSpot", VendorFault)
            .Select(name => types.Vendors.Keys.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? "")
            .Where(name => name.Length > 0);
        parameters["connectors"] = new JsonObject(
            vendors.Distinct().Select(vendor => KeyValuePair.Create(NameOf(vendor), (JsonNode?)AskVendor(vendor, NameOf(vendor)))));
        parameters["teams"] = new JsonObject
        {
            ["marketing"] = new JsonObject
            {
                ["recipients"] = AskAddresses("teams.marketing.recipients",
                "Who gets the alerts of marketing")
            },
            ["sales"] = new JsonObject { ["recipients"] = AskAddresses("teams.sales.recipients", "Who gets the alerts of sales") },
        };
        parameters["ops"] = new JsonObject { ["recipients"] = AskAddresses("ops.recipients", "Who is notified of faults of the hub") };
        parameters["calendar"] = new JsonObject
        {
            ["timeZone"] = answers.Ask(
                "calendar.timeZone", "Time zone", "Europe/Berlin", "UTC",
                text => TimeZoneInfo.TryFindSystemTimeZoneById(text, out _) ? null : "must be an IANA time zone"),
            ["workingDays"] = answers.Ask("calendar.workingDays", "Working days", null, "Mon-Fri", _ => null),
            ["hours"] = answers.Ask("calendar.hours", "Working hours", null, "09:00-17:30", _ => null),
        };
        return parameters;
    }

    /// <summary>Names the secrets that the hub misses, such as one of two that a tool may prove itself with.</summary>
    /// <param name="parameters">What was asked for.</param>
    /// <param name="missing">The parameters that are wrong.</param>
    /// <returns>Whether any was added.</returns>
    public static bool NameSecrets(IReadOnlyDictionary<string, JsonNode> parameters, IEnumerable<string> missing)
    {
        var added = false;
        foreach (var path in missing)
        {
            if (path.Split('.') is ["connectors", var connector, "secrets", var secret]
                && parameters["connectors"][connector] is JsonObject { } asked && asked["secrets"] is JsonObject secrets)
            {
                added |= secrets.TryAdd(secret, $"{connector}-{Kebab(secret)}");
            }
        }

        return added;
    }

    private static string NameOf(string vendor) => new([.. vendor.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant)]);

    private string? VendorFault(string name) => types.Vendors.Keys.Contains(name, StringComparer.OrdinalIgnoreCase)
        ? null
        : $"must be one of {string.Join(", ", types.Vendors.Keys)}";

    private JsonObject AskVendor(string vendor, string name)
    {
        var asked = new JsonObject { ["type"] = vendor };
        AskObject(asked, types.Vendors[vendor], $"connectors.{name}", name);
        return asked;
    }

    private void AskObject(JsonObject asked, JsonObject type, string path, string connector)
    {
        var optional = TemplateTypes.NamesOf(type).Where(name => answers.Has($"{path}.{name}"));
        foreach (var name in types.RequiredOf(type).Union(optional).Where(name => !asked.ContainsKey(name)))
        {
            asked[name] = AskValue(types.Property(type, name)!, $"{path}.{name}", name, connector);
        }
    }

    private JsonNode? AskValue(JsonObject type, string path, string name, string connector)
    {
        if (types.MembersOf(type) is { Count: > 0 } members)
        {
            return AskMember(type, members, path, connector);
        }

        if (path.Contains(".secrets.", StringComparison.Ordinal) && !answers.Has(path))
        {
            return $"{connector}-{Kebab(name)}";
        }

        return type["type"]?.GetValue<string>() switch
        {
            "object" => Below(type, path, connector),
            "array" when types.ItemOf(type) is { } item && TemplateTypes.NamesOf(item).Count > 0 =>
                new JsonArray(Below(item, $"{path}[0]", connector)),
            "int" => int.TryParse(Asked(type, path), CultureInfo.InvariantCulture, out var number) ? number : 0,
            "bool" => Asked(type, path) == "true",
            "array" => new JsonArray(
                [.. AskList(path, Question(type, path), TemplateTypes.ExampleOf(type), _ => null).Select(item => (JsonNode?)item)]),
            _ => Asked(type, path),
        };
    }

    private JsonObject Below(JsonObject type, string path, string connector)
    {
        var below = new JsonObject();
        AskObject(below, type, path, connector);
        return below;
    }

    private JsonObject AskMember(JsonObject type, IReadOnlyDictionary<string, JsonObject> members, string path, string connector)
    {
        var key = type["discriminator"]!["propertyName"]!.GetValue<string>();
        var kind = answers.Ask(
            $"{path}.{key}", $"{connector}: {TemplateTypes.DescriptionOf(type)} ({string.Join(", ", members.Keys)})", null,
                members.Keys.First(),
            text => members.ContainsKey(text) ? null : $"must be one of {string.Join(", ", members.Keys)}");
        var member = new JsonObject { [key] = kind };
        if (members.TryGetValue(kind, out var chosen))
        {
            AskObject(member, chosen, path, connector);
        }

        return member;
    }

    private string Asked(JsonObject type, string path) =>
        answers.Ask(path, Question(type, path), TemplateTypes.ExampleOf(type), null, text => FaultOf(type, text));

    private static string Question(JsonObject type, string path) => $"{path}: {TemplateTypes.DescriptionOf(type)?.TrimEnd('.')}";

    /// <summary>Says what the type wants; null when a text fits it.</summary>
    private static string? FaultOf(JsonObject type, string text)
    {
        if (type["allowedValues"] is JsonArray allowed && allowed.All(value => value?.ToString() != text))
        {
            return $"must be one of {string.Join(", ", allowed)}";
        }

        if (type["type"]?.GetValue<string>() == "int")
        {
            return int.TryParse(text, CultureInfo.InvariantCulture, out var number)
                && number >= (type["minValue"]?.GetValue<int>() ?? int.MinValue)
                ? null : "must be a whole number";
        }

        var (least, most) = (type["minLength"]?.GetValue<int>() ?? 0, type["maxLength"]?.GetValue<int>() ?? int.MaxValue);
        return text.Length < least || text.Length > most ? $"must have {least} characters or more" : null;
    }

    private JsonArray AskAddresses(string parameter, string question) => new(
        [.. AskList(parameter, $"{question}, with commas between", Address, text =>
            text.Contains('@', StringComparison.Ordinal) ? null : "must be e-mail addresses")
            .Select(address => (JsonNode?)address)]);

    private string[] AskList(string parameter, string question, string? example, Func<string, string?> faultOf) =>
        Split(answers.Ask(parameter, question, example, null, text => Split(text).Select(faultOf).OfType<string>().FirstOrDefault()));

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Kebab(string name) =>
        string.Concat(name.Select(letter => char.IsUpper(letter) ? $"-{char.ToLowerInvariant(letter)}" : $"{letter}"));

    [GeneratedRegex("^[A-Za-z0-9]{2,12}$")]
    private static partial Regex Name();
}
