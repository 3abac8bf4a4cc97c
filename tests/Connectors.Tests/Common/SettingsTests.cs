using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.HubSpot;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Tests.Common;

public sealed class SettingsTests
{
    [Fact]
    public void Every_fault_of_every_connector_is_told_at_once_by_its_full_key_and_without_its_value()
    {
        var failure = Assert.Throws<InvalidSettingsException>(() => Build(new()
        {
            ["Connectors:marketing:Type"] = "HubSpot",
            ["Connectors:marketing:PortalId"] = "sixty-thousand",
            ["Connectors:marketing:BaseUrl"] = "ftp://x",
            ["Connectors:marketing:StageMap:lead"] = "warm",
            ["Connectors:marketing:WriteStage:Interest"] = "customer",
            ["Connectors:crm:Type"] = "Salesforce",
            ["Connectors:crm:PrivateKey"] = "not-a-key",
            ["Connectors:crm:OutboundSecret"] = "path-secret",
            ["Connectors:crm:LeadExternalIdField"] = "Id__c FROM Lead",
            ["Connectors:crm:PollOverlap"] = "1.00:00:01",
            ["Connectors:crm:ApiVersion"] = "60",
            ["Connectors:crm:DealStageMap:Gewonnen"] = "gewonnen",
            ["Connectors:crm:MultiCurrency"] = "perhaps",
            ["Connectors:crm:PollSince"] = "yesterday",
            ["Connectors:crm:OwnerId"] = "sales",
            ["Connectors:other:Type"] = "Carrier pigeon",
            ["Connectors:nameless:BaseUrl"] = "https://x",
            ["Connectors:broken"] = "{\"Type\":",
            ["Connectors:a b:Type"] = "HubSpot",
            ["Connectors:a b:ClientSecret"] = "s",
            ["Connectors:a b:PortalId"] = "1",
            ["Connectors:a b:AccessToken"] = "t",
        }));

        string[] keys =
        [
            "marketing:ClientSecret", "marketing:AccessToken", "marketing:PortalId", "marketing:BaseUrl", "marketing:StageMap:lead", "marketing:WriteStage:Interest", "crm:ClientId", "crm:PrivateKey",
            "crm:Username", "crm:OrganizationId", "crm:LeadExternalIdField", "crm:PollOverlap", "crm:ApiVersion", "crm:DealStageMap:Gewonnen", "crm:MultiCurrency", "crm:PollSince", "crm:OwnerId",
            "other:Type", "nameless:Type", "broken", "a b",
        ];
        Assert.All(keys, key => Assert.Single(failure.Faults, fault => fault.StartsWith($"Connectors:{key}: must be ", StringComparison.Ordinal)));
        Assert.Equal(keys.Length, failure.Faults.Count);
        Assert.All(failure.Faults, fault => Assert.Contains(fault, failure.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("path-secret", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-a-key", failure.Message, StringComparison.Ordinal);
        Assert.Matches("one of HubSpot, .*Salesforce", Assert.Single(failure.Faults, fault => fault.StartsWith("Connectors:other:", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_connector_may_stand_as_one_JSON_text_and_keys_beside_it_overrule_it()
    {
        var connectors = Build(new()
        {
            ["Connectors:Marketing"] = """{"Type":"hubspot","ClientSecret":"from-json","AccessToken":"t","StageMap":{"94412345":"referral"}}""",
            ["Connectors:Marketing:PortalId"] = "62515",
        });

        Assert.Equal(("marketing", "HubSpot"), (connectors.All.Single().Name, connectors.All.Single().Type));
        Assert.IsType<HubSpotConnector>(connectors.Find<IWebhookSource>("MARKETING"));
    }

    [Fact]
    public void Two_instances_of_one_type_are_two_connectors()
    {
        var connectors = Build(new()
        {
            ["Connectors:eu:Type"] = "HubSpot", ["Connectors:eu:PortalId"] = "1", ["Connectors:eu:ClientSecret"] = "s", ["Connectors:eu:AccessToken"] = "t",
            ["Connectors:us:Type"] = "HubSpot", ["Connectors:us:PortalId"] = "2", ["Connectors:us:ClientSecret"] = "s", ["Connectors:us:ClientId"] = "c", ["Connectors:us:RefreshToken"] = "r",
        });

        Assert.Equal(["eu", "us"], connectors.OfType<IPersonTarget>().Select(connector => connector.Name));
    }

    [Fact]
    public void A_connector_without_its_account_is_a_fault_since_ids_of_records_are_unique_only_there()
    {
        var faults = Assert.Throws<InvalidSettingsException>(() => Build(new()
        {
            ["Connectors:eu:Type"] = "HubSpot", ["Connectors:eu:ClientSecret"] = "s", ["Connectors:eu:AccessToken"] = "t",
            ["Connectors:crm:Type"] = "Salesforce", ["Connectors:crm:ClientId"] = "c", ["Connectors:crm:ClientSecret"] = "s",
        })).Faults;

        Assert.Equal(
            [
                "Connectors:crm:OrganizationId: must be the id of the organisation, of 15 or 18 letters and digits, for example 00D5g000001AbCdEAK.",
                "Connectors:eu:PortalId: must be the number of the account (portal) whose events count, for example 62515.",
            ],
            faults.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_property_that_is_not_written_there_is_a_fault_that_says_which_are()
    {
        var faults = Assert.Throws<InvalidSettingsException>(() => Build(new()
        {
            ["Connectors:eu:Type"] = "HubSpot", ["Connectors:eu:PortalId"] = "1", ["Connectors:eu:ClientSecret"] = "s", ["Connectors:eu:AccessToken"] = "t", ["Connectors:eu:WriteProfile"] = "phone,email",
        })).Faults;

        var fault = Assert.Single(faults);
        Assert.Contains("Connectors:eu:WriteProfile", fault, StringComparison.Ordinal);
        Assert.Contains("jobTitle", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void No_connectors_is_no_fault() => Assert.Empty(Build([]).All);

    private static ConnectorSet Build(Dictionary<string, string?> settings) => new ServiceCollection()
        .AddLogging()
        .AddConnectors(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
        .BuildServiceProvider()
        .GetRequiredService<ConnectorSet>();

    [Theory]
    [InlineData("hubspot", "BaseUrl")]
    [InlineData("klaviyo", "BaseUrl")]
    [InlineData("customerio", "AppBaseUrl")]
    [InlineData("mailchimp", "BaseUrl")]
    [InlineData("mautic", "BaseUrl")]
    [InlineData("activecampaign", "BaseUrl")]
    [InlineData("pardot", "LoginUrl")]
    [InlineData("pipedrive", "BaseUrl")]
    [InlineData("dynamics", "BaseUrl")]
    [InlineData("dynamics", "LoginUrl")]
    [InlineData("marketo", "BaseUrl")]
    public void A_tool_is_not_called_in_clear(string connector, string key) =>
        AssertFault($"Connectors:{connector}:{key}", "http://tool.example.com");

    private static void AssertFault(string key, string value)
    {
        var settings = new ConfigurationBuilder().AddConfiguration(Payloads.Corpus.Settings).AddInMemoryCollection([new(key, value)]).Build();

        var faults = Assert.Throws<InvalidSettingsException>(() => new ServiceCollection().AddConnectors(settings));

        Assert.StartsWith($"{key}: must be", Assert.Single(faults.Faults), StringComparison.Ordinal);
    }
}
