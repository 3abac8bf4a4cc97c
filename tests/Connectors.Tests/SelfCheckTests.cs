using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Sandbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Tests;

/// <summary>What the tools say of their own set-up, over real HTTP.</summary>
public sealed class SelfCheckTests : IAsyncLifetime
{
    private SandboxHost _sandbox = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _sandbox = await SandboxHost.StartAsync(
        new()
        {
            Urls = "http://127.0.0.1:0",
            HubSpot = new() { CustomProperties = ["contacts.return_reason"] },
            Salesforce = new() { CustomFields = ["Lead.Plain__c"] },
        },
        Stop);

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task HubSpot_shows_its_stages_with_what_its_pipelines_say_is_won_and_lost()
    {
        var check = await CheckAsync("hubspot", ("ReturnReasonProperty", "return_reason"));

        Assert.DoesNotContain(check.Findings, finding => finding.IsRight == false);
        Assert.Contains(check.Findings, finding => finding is { Setting: "ReturnReasonProperty", IsRight: true });
        Assert.Contains(new VendorStage(StageMapKind.Person, "other", "Other", null), check.Stages);
        Assert.Equal(DealStageMeaning.Won, Assert.Single(check.Stages, stage => stage.Raw == "closedwon").Outcome);
        Assert.Null(Assert.Single(check.Stages, stage => stage.Raw == "contractsent").Outcome);
    }

    [Fact]
    public async Task A_property_that_HubSpot_lacks_is_named() => Assert.Contains(
        (await CheckAsync("hubspot", ("ReturnReasonProperty", "nowhere"))).Findings, finding => finding is { Setting: "ReturnReasonProperty", IsRight: false });

    [Fact]
    public async Task Salesforce_has_the_fields_that_the_hub_needs()
    {
        var check = await CheckAsync("salesforce", ("MultiCurrency", $"{await HasCurrenciesAsync()}"));

        Assert.DoesNotContain(check.Findings, finding => finding.IsRight == false);
        Assert.Contains(check.Findings, finding => finding is { Setting: "LeadExternalIdField", IsRight: true });
        Assert.Contains(check.Stages, stage => stage is { Map: StageMapKind.Person, Raw: "Working - Contacted" });
        Assert.DoesNotContain(check.Stages, stage => stage.Raw == "Closed - Not Converted");
        Assert.Equal(DealStageMeaning.Lost, Assert.Single(check.Stages, stage => stage.Raw == "Closed Lost").Outcome);
    }

    [Theory]
    [InlineData("LeadExternalIdField", "Nowhere__c", "does not exist")]
    [InlineData("LeadExternalIdField", "Plain__c", "must be an external id")]
    [InlineData("TaskExternalIdField", "Nowhere__c", "does not exist")]
    [InlineData("ReturnReasonField", "Nowhere__c", "does not exist")]
    [InlineData("InitialStatuses", "Brand new", "Brand new does not exist; it has Open - Not Contacted")]
    public async Task What_Salesforce_lacks_is_named_by_its_setting(string setting, string value, string says)
    {
        var finding = Assert.Single((await CheckAsync("salesforce", (setting, value))).Findings, finding => finding.Setting == setting && finding.IsRight == false);

        Assert.Contains(says, finding.Says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hubspot", "AccessToken")]
    [InlineData("salesforce", "ClientSecret")]
    public async Task Wrong_credentials_are_an_exception_of_the_connector(string connector, string secret) =>
        await Assert.ThrowsAnyAsync<VendorException>(() => CheckAsync(connector, (secret, "wrong")));

    private async Task<bool> HasCurrenciesAsync() =>
        (await CheckAsync("salesforce")).Findings.Single(finding => finding.Setting == "MultiCurrency").IsRight == false;

    private async Task<SelfCheck> CheckAsync(string connector, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["Connectors:hubspot:Type"] = "HubSpot",
            ["Connectors:hubspot:BaseUrl"] = $"{_sandbox.Url}/hubspot",
            ["Connectors:hubspot:ClientSecret"] = "sandbox-hubspot-client-secret",
            ["Connectors:hubspot:PortalId"] = "62515",
            ["Connectors:hubspot:AccessToken"] = "pat-sandbox",
            ["Connectors:salesforce:Type"] = "Salesforce",
            ["Connectors:salesforce:BaseUrl"] = $"{_sandbox.Url}/salesforce",
            ["Connectors:salesforce:ClientId"] = "sandbox-salesforce-client",
            ["Connectors:salesforce:OrganizationId"] = "00D5g000001AbCdEAK",
            ["Connectors:salesforce:ClientSecret"] = "sandbox-salesforce-client-secret",
        };
        foreach (var (name, value) in settings)
        {
            all[$"Connectors:{connector}:{name}"] = value;
        }

        await using var provider = new ServiceCollection().AddLogging()
            .AddConnectors(new ConfigurationBuilder().AddInMemoryCollection(all).Build()).BuildServiceProvider();
        return await provider.GetRequiredService<ConnectorSet>().Find<ISelfCheck>(connector)!.CheckAsync(Stop);
    }
}
