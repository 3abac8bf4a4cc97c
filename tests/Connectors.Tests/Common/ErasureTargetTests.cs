using System.Net;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Tests.Common;

/// <summary>How each tool is told to erase a person.</summary>
public sealed class ErasureTargetTests
{
    private static readonly Dictionary<string, Dictionary<string, string?>> Settings = new()
    {
        ["hubspot"] = new() { ["Type"] = "HubSpot", ["ClientSecret"] = "a-secret-of-hubspot-0001", ["PortalId"] = "62515", ["AccessToken"] = "pat" },
        ["mailchimp"] = new() { ["Type"] = "Mailchimp", ["ApiKey"] = "key-us21", ["ListId"] = "b7c1", ["SigningSecret"] = "mc-signing-secret-0001" },
        ["klaviyo"] = new()
        {
            ["Type"] = "Klaviyo", ["BaseUrl"] = "https://vendor.test", ["ApiKey"] = "pk-0001", ["AccountId"] = "XyZ123", ["WebhookSecret"] = "kl-webhook-secret-0001",
        },
        ["customerio"] = new()
        {
            ["Type"] = "CustomerIo", ["BaseUrl"] = "https://track.test", ["AppBaseUrl"] = "https://app.test", ["SigningKey"] = "cio-signing-key-0001",
            ["SiteId"] = "site", ["ApiKey"] = "track-key", ["AppKey"] = "app-key",
        },
        ["activecampaign"] = new() { ["Type"] = "ActiveCampaign", ["Account"] = "acme", ["ApiKey"] = "key", ["UrlToken"] = "token" },
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("hubspot", "POST /crm/v3/objects/contacts/gdpr-delete {\"objectId\":\"e1\"}")]
    [InlineData("mailchimp", "GET /3.0/lists/b7c1/members ", "POST /3.0/lists/b7c1/members/hash1/actions/delete-permanent ")]
    [InlineData(
        "klaviyo", "POST /api/data-privacy-deletion-jobs {\"data\":{\"attributes\":{\"profile\":{\"data\":{\"id\":\"e1\",\"type\":\"profile\"}}},\"type\":\"data-privacy-deletion-job\"}}")]
    [InlineData("customerio", "DELETE /api/v1/customers/e1 ", "POST /api/v1/customers/e1/suppress ")]
    [InlineData("activecampaign", "DELETE /api/3/contacts/e1 ")]
    public async Task A_tool_is_told_in_its_own_way(string name, params string[] calls)
    {
        using var vendor = new VendorStub(asked => asked.Method == "GET"
            ? VendorStub.Json("""{"members":[{"id":"hash1","unique_email_id":"e1"}]}""")
            : new(HttpStatusCode.NoContent));

        await Connect(vendor, name).ErasePersonAsync(IdentityKey.Person(name, "e1"), Stop);

        Assert.Equal(calls, vendor.Calls.Select(call => $"{call.Method} {call.Path} {call.Body}"));
    }

    [Theory]
    [InlineData("hubspot")]
    [InlineData("mailchimp")]
    [InlineData("klaviyo")]
    [InlineData("customerio")]
    [InlineData("activecampaign")]
    public async Task A_record_that_is_gone_counts_as_erased_and_a_refusal_does_not(string name)
    {
        var status = HttpStatusCode.NotFound;
        using var vendor = new VendorStub(asked => asked.Method == "GET"
            ? VendorStub.Json("""{"members":[{"id":"hash1","unique_email_id":"e1"}]}""")
            : VendorStub.Json("{}", status));
        var tool = Connect(vendor, name);

        await tool.ErasePersonAsync(IdentityKey.Person(name, "e1"), Stop);
        status = HttpStatusCode.BadRequest;
        await Assert.ThrowsAsync<VendorRefusedException>(() => tool.ErasePersonAsync(IdentityKey.Person(name, "e1"), Stop));
    }

    private static IErasureTarget Connect(VendorStub vendor, string name) => vendor.Connect<IErasureTarget>(name, Settings[name]);
}
