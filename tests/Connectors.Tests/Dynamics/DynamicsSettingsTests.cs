using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Connectors.Tests.Common;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Tests.Dynamics;

public sealed class DynamicsSettingsTests
{
    [Theory]
    [InlineData("InitialStatuses", "New")]
    [InlineData("InitialStatuses", "1,-2")]
    [InlineData("OrganizationId", "acme")]
    [InlineData("OrganizationId", "00000000-0000-0000-0000-000000000000")]
    [InlineData("ApplicationUserId", "hub")]
    [InlineData("LeadKey", "new_Id='x'")]
    [InlineData("ApiVersion", "9.2")]
    [InlineData("WebhookHeader", "x hub key")]
    [InlineData("ManagedIdentity", "true")]
    [InlineData("TenantId", null)]
    [InlineData("ClientId", null)]
    public void A_setting_that_is_missing_or_wrong_is_named(string key, string? value)
    {
        using var vendor = new VendorStub(_ => throw new InvalidOperationException("No call is made."));
        var settings = new Dictionary<string, string?>(DynamicsReadingTests.Settings) { [key] = value };

        var fault = Assert.Single(Assert.Throws<InvalidSettingsException>(() => vendor.Connect<IPersonTarget>("dynamics", settings)).Faults);

        Assert.StartsWith($"Connectors:dynamics:{key}: must be", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_for_the_environment_and_not_for_the_name_of_its_api()
    {
        using var vendor = new VendorStub(asked => VendorStub.Json(asked.Path.EndsWith("/token", StringComparison.Ordinal)
            ? """{"access_token":"token-1","expires_in":3599}""" : """{"leadid":"11111111-0006-4000-8000-000000000001"}"""));

        await vendor.Connect<IPersonTarget>("dynamics", DynamicsReadingTests.Settings)
            .PlanAsync(IdentityKey.Person("dynamics", $"lead:{DynamicsReadingTests.Id}"), new(), TestContext.Current.CancellationToken);

        Assert.Contains("scope=https%3A%2F%2Facme.crm4.dynamics.com%2F.default", vendor.All[0].Body, StringComparison.Ordinal);
        Assert.Equal("https://login.microsoftonline.com/7e000000-0000-4000-8000-000000000001/oauth2/v2.0/token", vendor.All[0].Url.AbsoluteUri);
        Assert.Equal("Bearer token-1", vendor.Calls[0].Authorization);
        Assert.StartsWith("https://acme.api.crm4.dynamics.com/api/data/v9.2/leads(", vendor.Calls[0].Url.AbsoluteUri, StringComparison.Ordinal);
    }
}
