using System.Globalization;
using System.Net;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Tests.Common.Http;

/// <summary>A token goes to its vendor only, and no answer is without an end.</summary>
public sealed class OutboundTests
{
    private const int Megabyte = 1024 * 1024;

    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://crm.example.com", true)]
    [InlineData("http://127.0.0.1:5080/sandbox", true)]
    [InlineData("http://localhost:5080", true)]
    [InlineData("http://crm.example.com", false)]
    [InlineData("http://localhost.example.com", false)]
    public void A_tool_is_called_over_https_unless_it_is_on_this_machine(string url, bool allowed)
    {
        foreach (var settings in new[] { HubSpot(url), Salesforce(url) })
        {
            using var vendor = new VendorStub(_ => VendorStub.Json("{}"));
            var failure = Record.Exception(() => vendor.Connect<IConnector>("tool", settings));

            Assert.Equal(allowed, failure is null);
            Assert.True(allowed || (failure is InvalidSettingsException && failure.Message.Contains("Connectors:tool:BaseUrl: must be an https address, or an http address of this machine", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData("https://acme.my.salesforce.com", true)]
    [InlineData("https://acme.force.com", true)]
    [InlineData("https://login.test", true)]
    [InlineData("http://acme.my.salesforce.com", false)]
    [InlineData("https://salesforce.com.example.com", false)]
    [InlineData("https://evilsalesforce.com", false)]
    [InlineData("https://169.254.169.254", false)]
    public async Task A_token_of_Salesforce_is_not_sent_to_another_host(string instance, bool called)
    {
        using var vendor = new VendorStub(asked => asked.Path.EndsWith("/token", StringComparison.Ordinal)
            ? VendorStub.Json($$"""{"access_token":"token-1","instance_url":"{{instance}}"}""")
            : VendorStub.Json("""{"records":[]}"""));
        var salesforce = vendor.Connect<IPollSource>("salesforce", Salesforce("https://login.test"));

        var failure = await Record.ExceptionAsync(() => salesforce.PollAsync(null, Now, Stop));

        Assert.Equal(called, failure is null);
        Assert.Equal(called, vendor.Calls.Count > 0);
        Assert.True(called || failure is ConnectorNeedsAuthorizationException { ErrorCode: "foreign_instance_url" });
    }

    [Theory]
    [InlineData(15, true)]
    [InlineData(17, false)]
    public async Task An_answer_of_more_than_sixteen_megabytes_is_given_up_at_the_first_attempt(int megabytes, bool taken)
    {
        using var vendor = new VendorStub(asked => asked.Path.EndsWith("/token", StringComparison.Ordinal)
            ? VendorStub.Json("""{"access_token":"token-1"}""")
            : new(HttpStatusCode.OK) { Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes($$"""{"records":[],"padding":"{{new string('x', megabytes * Megabyte)}}"}"""))) });
        var salesforce = vendor.Connect<IPollSource>("salesforce", Salesforce("https://login.test"));

        var failure = await Record.ExceptionAsync(() => salesforce.PollAsync(null, Now, Stop));

        Assert.Equal(taken, failure is null);
        Assert.True(taken || (failure is VendorRefusedException { ErrorCode: "ANSWER_TOO_LONG" } && vendor.Calls.Count(call => call.Query == vendor.Calls[0].Query) == 1));
    }

    [Theory]
    [InlineData(true, "PAGE_MARKER_REPEATED")]
    [InlineData(false, "TOO_MANY_PAGES")]
    public async Task Pages_that_never_end_are_given_up(bool same, string code)
    {
        var pages = 0;
        using var vendor = new VendorStub(asked => asked.Path.EndsWith("/token", StringComparison.Ordinal)
            ? VendorStub.Json("""{"access_token":"token-1"}""")
            : VendorStub.Json($$"""{"records":[],"nextRecordsUrl":"/services/data/v60.0/query/{{(same ? "again" : Interlocked.Increment(ref pages).ToString(CultureInfo.InvariantCulture))}}"}"""));
        var salesforce = vendor.Connect<IPollSource>("salesforce", Salesforce("https://login.test"));

        var refused = await Assert.ThrowsAsync<VendorRefusedException>(() => salesforce.PollAsync(null, Now, Stop));

        Assert.Equal(code, refused.ErrorCode);
    }

    [Fact]
    public async Task Notes_of_HubSpot_that_lead_in_a_circle_are_given_up()
    {
        using var vendor = new VendorStub(_ => VendorStub.Json("""{"results":[],"paging":{"next":{"after":"500"}}}"""));
        var hubSpot = vendor.Connect<INoteTarget>("hubspot", HubSpot("https://vendor.test"));

        var refused = await Assert.ThrowsAsync<VendorRefusedException>(
            () => hubSpot.WriteNoteAsync(IdentityKey.Person("hubspot", "1"), new("note", Now, ["Text"]), Stop));

        Assert.Equal((HttpStatusCode.OK, "PAGE_MARKER_REPEATED"), (refused.Status, refused.ErrorCode));
        Assert.Equal(2, vendor.Calls.Count);
    }

    private static Dictionary<string, string?> HubSpot(string url) =>
        new() { ["Type"] = "HubSpot", ["BaseUrl"] = url, ["ClientSecret"] = "secret-0001", ["AccessToken"] = "token-0001", ["PortalId"] = "1" };

    private static Dictionary<string, string?> Salesforce(string url) =>
        new() { ["Type"] = "Salesforce", ["BaseUrl"] = url, ["ClientId"] = "client", ["ClientSecret"] = "secret-0001", ["OrganizationId"] = "00D5g000001AbCdEAK" };
}
