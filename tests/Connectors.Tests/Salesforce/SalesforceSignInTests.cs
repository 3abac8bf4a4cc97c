using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Tests.Common;
using Microsoft.Extensions.Time.Testing;

namespace IntegrationHub.Connectors.Tests.Salesforce;

public sealed class SalesforceSignInTests
{
    [Theory]
    [InlineData("00D5g000001AbCdEAK", true)]
    [InlineData("00D5g000001AbCd", true)]
    [InlineData("00D5g000001AbCeEAK", false)]
    public async Task A_sign_in_to_another_organisation_is_refused(string organization, bool taken)
    {
        using var vendor = new VendorStub(asked => VendorStub.Json(asked.Path.EndsWith("/token", StringComparison.Ordinal)
            ? $$"""{"access_token":"token-1","instance_url":"https://instance.my.salesforce.com","id":"https://login.test/id/{{organization}}/0055g00000HubHubAA"}"""
            : """{"records":[]}"""));
        var salesforce = vendor.Connect<IPollSource>(
            "salesforce", new Dictionary<string, string?> { ["Type"] = "salesforce", ["OrganizationId"] = "00D5g000001AbCdEAK", ["BaseUrl"] = "https://test.salesforce.com", ["ClientId"] = "client", ["ClientSecret"] = "secret-0001" });

        var failure = await Record.ExceptionAsync(() => salesforce.PollAsync(null, DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken));

        Assert.Equal(taken ? null : "another_organization", (failure as ConnectorNeedsAuthorizationException)?.ErrorCode);
        Assert.Equal(taken, failure is null);
        Assert.Equal(taken, vendor.All.Count > 1);
    }

    [Fact]
    public async Task With_a_key_the_hub_signs_in_by_an_assertion_of_three_minutes()
    {
        var now = new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
        using var key = RSA.Create(2048);
        using var vendor = new VendorStub(asked => asked.Path.EndsWith("/token", StringComparison.Ordinal)
            ? VendorStub.Json("""{"access_token":"token-1","instance_url":"https://instance.my.salesforce.com"}""")
            : VendorStub.Json("""{"records":[]}"""));
        var salesforce = vendor.Connect<IPollSource>(
            "salesforce",
            new Dictionary<string, string?> { ["Type"] = "salesforce", ["OrganizationId"] = "00D5g000001AbCdEAK", ["BaseUrl"] = "https://test.salesforce.com", ["ClientId"] = "client", ["PrivateKey"] = key.ExportPkcs8PrivateKeyPem(), ["Username"] = "hub@example.com" },
            new FakeTimeProvider(now));

        await salesforce.PollAsync(null, now, TestContext.Current.CancellationToken);

        var form = vendor.All[0].Body.Split('&').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1].Replace('+', ' ')));
        Assert.Equal("urn:ietf:params:oauth:grant-type:jwt-bearer", form["grant_type"]);
        var parts = form["assertion"].Split('.');
        Assert.Equal("""{"alg":"RS256","typ":"JWT"}""", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0])));
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
        Assert.Equal(("client", "hub@example.com", "https://test.salesforce.com"), ((string?)claims["iss"], (string?)claims["sub"], (string?)claims["aud"]));
        Assert.Equal(now.AddMinutes(3).ToUnixTimeSeconds(), (long)claims["exp"]!);
        Assert.True(key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }
}
