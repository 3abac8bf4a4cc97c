using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace IntegrationHub.Infra.Tests;

/// <summary>
/// The tables of <c>docs/configuration.md</c> between its two marks, written from the types of the parameters. The types are
/// held to what the hub reads by <see cref="DriftTests"/>.
/// </summary>
internal static class ConfigurationPage
{
    private const string Begin = "<!-- written from infra: begin -->";
    private const string End = "<!-- written from infra: end -->";

    private static readonly Section[] Sections =
    [
        new("Funnel", "types.bicep", "funnel", "Funnel"),
        new("A stage of the funnel", "types.bicep", "stageSettings", "Funnel:Stages:{stage}"),
        new("The limits of a segment in a stage", "types.bicep", "stageLimits", "Funnel:Stages:{stage}:Segments:{segment}"),
        new("Working hours, of all teams, of one, and of a person", "types.bicep", "calendar", "Funnel:Calendar", "Teams:{team}:Calendar", "Owners:{name}:Calendar"),
        new("Teams", "types.bicep", "team", "Teams:{team}"),
        new("People who get handoffs", "types.bicep", "owner", "Owners:{name}"),
        new("Handoffs of a team", "types.bicep", "teamRouting", "Handoffs:{team}"),
        new("Routes of a team, numbered from 1", "types.bicep", "route", "Handoffs:{team}:Routes:{n}"),
        new("Alerts", "types.bicep", "alerts", "Alerts"),
        new("Write-back", "types.bicep", "writeBack", "WriteBack"),
        new("Operations", "types.bicep", "ops", "Ops"),
        new("Erasure", "types.bicep", "erasure", "Erasure"),
        new("Retention", "types.bicep", "retention", "Retention"),
        new("Effects outwards", "types.bicep", "outward", "Outward"),
        new("Identity", "types.bicep", "identity", "Identity"),
        new("Figures", "types.bicep", "reports", "Reports"),
        new("Days within which a round goes on", "types.bicep", "reportsWithin", "Reports:Within"),
        new("Content for briefs", "types.bicep", "contentItem", "Content:{name}"),
        new("Campaigns, numbered from 1", "types.bicep", "campaign", "Campaigns:{n}"),
        new("HubSpot", "connectors/hubspot.bicep", "hubSpot", "Connectors:{name}"),
        new("Klaviyo", "connectors/klaviyo.bicep", "klaviyo", "Connectors:{name}"),
        new("Customer.io", "connectors/customerio.bicep", "customerIo", "Connectors:{name}"),
        new("Account Engagement", "connectors/accountengagement.bicep", "accountEngagement", "Connectors:{name}"),
        new("Mailchimp", "connectors/mailchimp.bicep", "mailchimp", "Connectors:{name}"),
        new("Mautic", "connectors/mautic.bicep", "mautic", "Connectors:{name}"),
        new("Marketo", "connectors/marketo.bicep", "marketo", "Connectors:{name}"),
        new("ActiveCampaign", "connectors/activecampaign.bicep", "activeCampaign", "Connectors:{name}"),
        new("Salesforce", "connectors/salesforce.bicep", "salesforce", "Connectors:{name}"),
        new("Pipedrive", "connectors/pipedrive.bicep", "pipedrive", "Connectors:{name}"),
        new("Dynamics", "connectors/dynamics.bicep", "dynamics", "Connectors:{name}"),
        new("Any other tool", "connectors/generic.bicep", "generic", "Connectors:{name}"),
        new("Any other tool: signature", "connectors/generic.bicep", "genericSignature", "Connectors:{name}:Signature"),
        new("Any other tool: rules in order", "connectors/generic.bicep", "genericRule", "Connectors:{name}:Rules:{n}"),
        new("Any other tool: where values are", "connectors/generic.bicep", "genericFields", "Connectors:{name}:Fields"),
        new("Any other tool: how it is called", "connectors/generic.bicep", "genericApi", "Connectors:{name}:Api"),
        new("Any other tool: the record of a person", "connectors/generic.bicep", "genericPerson", "Connectors:{name}:Person"),
        new("Any other tool: what writes", "connectors/generic.bicep", "genericWrite", "Connectors:{name}:Write"),
        new("Any other tool: a request", "connectors/generic.bicep", "genericRequest", "Connectors:{name}:Write:{request}"),
        new("Any other tool: polls", "connectors/generic.bicep", "genericPoll", "Connectors:{name}:Poll"),
    ];

    public static string Path { get; } = System.IO.Path.Combine(BicepCompiler.Folder, "..", "docs", "configuration.md");

    /// <summary>The page with its tables as they should be.</summary>
    public static async Task<string> WriteAsync(BicepCompiler bicep, string page)
    {
        var text = new StringBuilder();
        foreach (var section in Sections)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {section.Title}\n\nBelow {string.Join(" or ", section.Keys.Select(key => $"`{key}`"))}:\n\n")
                .Append("| setting | meaning | must be | default | example |\n| --- | --- | --- | --- | --- |\n");
            foreach (var setting in await SettingsOfAsync(bicep, section))
            {
                text.Append(CultureInfo.InvariantCulture, $"| `{setting.Name}` | {setting.Meaning} | {setting.MustBe} | {Code(setting.Default)} | {Code(setting.Example)} |\n");
            }
        }

        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, page.IndexOf(End, StringComparison.Ordinal));
        return $"{page[..begin]}\n{text}\n{page[end..]}";
    }

    /// <summary>Every setting of the page that has one value, with its default and its example.</summary>
    public static async Task<IReadOnlyList<Setting>> SettingsAsync(BicepCompiler bicep)
    {
        var all = new List<Setting>();
        foreach (var section in Sections)
        {
            all.AddRange(await SettingsOfAsync(bicep, section));
        }

        return all;
    }

    private static async Task<IEnumerable<Setting>> SettingsOfAsync(BicepCompiler bicep, Section section)
    {
        var definitions = (await bicep.CompileAsync(section.File))["definitions"]!;
        return PropertiesOf(definitions, definitions[section.Type]!, signIn: null)
            .Where(property => property.Name != "kind" && !section.IsElsewhere(property.Name))
            .DistinctBy(property => property.Name)
            .Select(property => Describe(definitions, section, property));
    }

    /// <summary>A union's members, and what stands below <c>signIn</c> and <c>secrets</c>, are settings of the connector itself.</summary>
    private static IEnumerable<Property> PropertiesOf(JsonNode definitions, JsonNode type, string? signIn)
    {
        var it = Resolve(definitions, type);
        return it["discriminator"]?["mapping"] is { } members
            ? members.AsObject().SelectMany(member => PropertiesOf(definitions, member.Value!, member.Key))
            : it["properties"]!.AsObject().SelectMany(property => property.Key is "signIn" or "secrets"
                ? PropertiesOf(definitions, property.Value!, signIn)
                : [new(property.Key, property.Value!, signIn)]);
    }

    private static JsonNode Resolve(JsonNode definitions, JsonNode type) =>
        type["$ref"] is { } reference ? definitions[reference.GetValue<string>().Split('/')[^1]]! : type;

    private static Setting Describe(JsonNode definitions, Section section, Property property)
    {
        var (name, node, signIn) = property;
        var (type, metadata) = (Resolve(definitions, node), node["metadata"]!);
        var key = char.ToUpperInvariant(name[0]) + name[1..] + (IsMap(type) ? ":{name}" : "");
        var isRequired = node["nullable"] is null && !IsMap(type);
        var form = FormOf(definitions, node, type);
        return new(
            section.Keys[0],
            key,
            metadata["description"]!.GetValue<string>(),
            !isRequired ? form : signIn is null ? $"required: {form}" : $"required to sign in by `{signIn}`: {form}",
            metadata["default"]?.ToString(),
            metadata["example"]?.ToString());
    }

    private static bool IsMap(JsonNode type) => type["type"]?.GetValue<string>() == "object";

    private static string FormOf(JsonNode definitions, JsonNode property, JsonNode type)
    {
        var values = type["allowedValues"]?.AsArray().Select(value => $"`{value}`").ToArray() ?? [];
        return (IsMap(type) ? "object" : type["type"]?.GetValue<string>()) switch
        {
            _ when values.Length == 1 => values[0],
            _ when values.Length > 1 => $"one of {string.Join(", ", values)}",
            "int" => (type["minValue"] ?? property["minValue"], type["maxValue"] ?? property["maxValue"]) switch
            {
                ({ } least, { } most) => $"a whole number from {least} to {most}",
                ({ } least, null) => $"a whole number of {least} or more",
                _ => "a whole number",
            },
            "bool" => "`true` or `false`",
            "array" => "a list with commas" + (type["items"] is JsonObject item && FormOf(definitions, item, Resolve(definitions, item)) is var form && form != "a text" ? $": {form}" : ""),
            "object" => type["additionalProperties"] is JsonObject entry ? FormOf(definitions, entry, Resolve(definitions, entry)) : "a text",
            _ => "a text",
        };
    }

    private static string Code(string? text) => text is null ? "" : $"`{text}`";

    /// <summary>A setting: the section it is below, its name there, and what people should know of it.</summary>
    internal sealed record Setting(string Section, string Name, string Meaning, string MustBe, string? Default, string? Example);

    /// <summary>A property of a type, and by which way of signing in it is needed, where it belongs to one alone.</summary>
    private sealed record Property(string Name, JsonNode Node, string? SignIn);

    private sealed record Section(string Title, string File, string Type, params string[] Keys)
    {
        /// <summary>Whether a property has a table of its own.</summary>
        public bool IsElsewhere(string property) => Sections.Any(other => other.Keys.Any(
            key => key.StartsWith($"{Keys[0]}:{property}", StringComparison.OrdinalIgnoreCase) && other != this));
    }
}
