using System.Text.Json.Nodes;
using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Infra.Tests;

/// <summary>The types of the parameters have exactly the settings that the hub reads: it is watched while it reads the settings of an example.</summary>
public sealed class DriftTests(BicepCompiler bicep)
{
    public static TheoryData<string, string> Sections => new()
    {
        { "funnel", "Funnel" },
        { "stageSettings", "Funnel:Stages:evaluation" },
        { "stageLimits", "Funnel:Stages:evaluation:Segments:enterprise" },
        { "calendar", "Funnel:Calendar" },
        { "team", "Teams:sales" },
        { "owner", "Owners:ada" },
        { "teamRouting", "Handoffs:sales" },
        { "route", "Handoffs:sales:Routes:1" },
        { "alerts", "Alerts" },
        { "writeBack", "WriteBack" },
        { "ops", "Ops" },
        { "erasure", "Erasure" },
        { "retention", "Retention" },
        { "outward", "Outward" },
        { "identity", "Identity" },
        { "reports", "Reports" },
        { "reportsWithin", "Reports:Within" },
        { "contentItem", "Content:calculator" },
        { "campaign", "Campaigns:1" },
    };

    [Theory]
    [InlineData("hubSpot", "connectors/hubspot.bicep", "hubspot")]
    [InlineData("klaviyo", "connectors/klaviyo.bicep", "klaviyo")]
    [InlineData("customerIo", "connectors/customerio.bicep", "customerio")]
    [InlineData("accountEngagement", "connectors/accountengagement.bicep", "pardot")]
    [InlineData("mailchimp", "connectors/mailchimp.bicep", "mailchimp")]
    [InlineData("mautic", "connectors/mautic.bicep", "mautic")]
    [InlineData("marketo", "connectors/marketo.bicep", "marketo")]
    [InlineData("activeCampaign", "connectors/activecampaign.bicep", "activecampaign")]
    [InlineData("salesforce", "connectors/salesforce.bicep", "salesforce")]
    [InlineData("pipedrive", "connectors/pipedrive.bicep", "pipedrive")]
    [InlineData("dynamics", "connectors/dynamics.bicep", "dynamics")]
    [InlineData("generic", "connectors/generic.bicep", "webinar")]
    public async Task A_connector_reads_what_its_type_has(string type, string file, string name)
    {
        var definitions = (await bicep.CompileAsync(file))["definitions"]!;

        Assert.Equal(NamesOf(definitions, definitions[type]!).Order(StringComparer.OrdinalIgnoreCase), (await ReadAsync()).Below($"Connectors:{name}"), StringComparer.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Sections))]
    public async Task A_section_reads_what_its_type_has(string type, string section)
    {
        var names = (await bicep.CompileAsync("types.bicep"))["definitions"]![type]!["properties"]!.AsObject().Select(property => property.Key);
        var expected = type == "funnel" ? names.Append("calendar") : names;

        Assert.Equal(expected.Order(StringComparer.OrdinalIgnoreCase), (await ReadAsync()).Below(section), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>A union's members, and what stands below <c>signIn</c> and <c>secrets</c>, are settings of the connector itself.</summary>
    private static IEnumerable<string> NamesOf(JsonNode definitions, JsonNode type)
    {
        if (type["$ref"] is { } reference)
        {
            return NamesOf(definitions, definitions[reference.GetValue<string>().Split('/')[^1]]!);
        }

        if (type["discriminator"]?["mapping"] is { } members)
        {
            return members.AsObject().SelectMany(member => NamesOf(definitions, member.Value!)).Distinct();
        }

        return type["properties"]!.AsObject()
            .SelectMany(property => property.Key is "signIn" or "secrets" ? NamesOf(definitions, property.Value!) : [property.Key])
            .Where(name => name != "kind").Distinct();
    }

    private async Task<WatchedSettings> ReadAsync() => Read(await ConfigurationOfAsync("everything"));

    /// <summary>A JSON object is read key by key, so that the reading of each key can be watched.</summary>
    private async Task<WatchedSettings> ConfigurationOfAsync(string example) => new(await bicep.LocalSettingsOfAsync(example));

    private static WatchedSettings Read(WatchedSettings settings)
    {
        var reader = new SettingsReader(new ConfigurationBuilder().Add(settings).Build());
        new ServiceCollection().AddHubSettings(reader).AddAccess(reader).AddConnectors(reader);
        reader.ThrowIfFaulty();
        return settings;
    }
}
