using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using IntegrationHub.Sandbox.HubSpot;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Sandbox.Tests;

public sealed class HubSpotWebhookTests : SandboxFixture, IAsyncDisposable
{
    private readonly ConcurrentQueue<(JsonArray Events, HttpRequest Request, byte[] Body)> _received = new();
    private readonly ConcurrentQueue<int> _answers = new();
    private readonly List<WebApplication> _hubs = [];

    protected override SandboxOptions Options => new()
    {
        Urls = "http://127.0.0.1:0",
        HubSpot = new() { RetryDelays = [TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5)], WebhookTimeout = TimeSpan.FromSeconds(5) },
    };

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        foreach (var hub in _hubs)
        {
            await hub.DisposeAsync();
        }

        await DisposeAsync();
    }

    [Theory]
    [InlineData("https://hub.example.com/api/webhooks/hubspot", "M/q0GpE+Dlasza/0aRLx9JGEsEMlFNcoBEj9XhMJHyc=")]
    [InlineData("https://hub.example.com/api/webhooks/hubspot?tenant=acme%3Aeu&path=%2Fcrm%2F%28v3%29", "ZYO5zxQcLEVzOHs/x7KgIV9IgJHNg6MMd3xE4yZHX4A=")]
    public void A_signature_is_the_one_HubSpot_makes(string url, string expected)
    {
        const string body = """[{"eventId":9001,"subscriptionId":77,"portalId":62515,"appId":54321,"occurredAt":1772446500000,"subscriptionType":"contact.propertyChange","attemptNumber":0,"objectId":1201,"changeSource":"CRM_UI","propertyName":"lifecyclestage","propertyValue":"marketingqualifiedlead"}]""";

        Assert.Equal(expected, HubSpotSignature.Sign("hs-client-secret-for-tests-0001", url, Encoding.UTF8.GetBytes(body), 1772446505123));
        Assert.Equal("0576eba3022018bb87f392fc05ef47652d9d1e347a1cf97a8c2f1b7d32b5aebb", HubSpotSignature.SignV1("hs-client-secret-for-tests-0001", Encoding.UTF8.GetBytes(body)));
    }

    [Fact]
    public async Task A_change_is_pushed_signed_over_the_public_URL()
    {
        await StartHubAsync();
        Sandbox.HubSpot.Webhooks.PublicUrl = "https://hub.example.com/api/webhooks/hubspot";

        var contact = Sandbox.HubSpot.CreateContact("ada@example.com", ("lifecyclestage", "lead"));
        await Sandbox.HubSpot.Webhooks.WhenSettledAsync(Cancelled);

        var (events, request, body) = Assert.Single(_received);
        var timestamp = long.Parse(request.Headers["X-HubSpot-Request-Timestamp"]!, null);
        Assert.Equal(HubSpotSignature.Sign(Options.HubSpot.ClientSecret, "https://hub.example.com/api/webhooks/hubspot", body, timestamp), request.Headers["X-HubSpot-Signature-v3"]);
        Assert.Equal(["contact.creation", "contact.propertyChange", "contact.propertyChange"], events.Select(each => (string?)each!["subscriptionType"]));
        var change = events[2]!;
        Assert.Equal(("lifecyclestage", "lead", contact), ((string?)change["propertyName"], (string?)change["propertyValue"], (long)change["objectId"]!));
        Assert.Equal((62515, 54321, "CRM_UI", 0), ((long)change["portalId"]!, (long)change["appId"]!, (string?)change["changeSource"], (int)change["attemptNumber"]!));
        Assert.Equal(Sandbox.HubSpot.Get("contacts", contact)!.UpdatedAt.ToUnixTimeMilliseconds(), (long)change["occurredAt"]!);
    }

    [Fact]
    public async Task What_the_API_writes_is_pushed_too_and_what_changes_nothing_is_not()
    {
        var contact = Sandbox.HubSpot.CreateContact("ada@example.com");
        await StartHubAsync();

        await PatchAsync(HubSpot, $"crm/v3/objects/contacts/{contact}", """{"properties":{"lifecyclestage":"lead"}}""");
        await PatchAsync(HubSpot, $"crm/v3/objects/contacts/{contact}", """{"properties":{"lifecyclestage":"lead"}}""");
        await Sandbox.HubSpot.Webhooks.WhenSettledAsync(Cancelled);

        var change = Assert.Single(Events());
        Assert.Equal("INTEGRATION", (string?)change["changeSource"]);
    }

    [Fact]
    public async Task Deals_merges_associations_and_deletions_are_told_in_their_own_fields()
    {
        var (ada, bob) = (Sandbox.HubSpot.CreateContact("ada@example.com"), Sandbox.HubSpot.CreateContact("bob@example.com"));
        await StartHubAsync();

        var deal = Sandbox.HubSpot.CreateDeal("Engines", "contractsent", contactId: ada);
        Sandbox.HubSpot.MergeContacts(ada, bob);
        Sandbox.HubSpot.PrivacyDelete(ada);
        await Sandbox.HubSpot.Webhooks.WhenSettledAsync(Cancelled);

        var byType = Events().ToLookup(each => (string)each["subscriptionType"]!);
        var tie = Assert.Single(byType["deal.associationChange"]);
        Assert.Equal(("DEAL_TO_CONTACT", deal, ada), ((string?)tie["associationType"], (long)tie["fromObjectId"]!, (long)tie["toObjectId"]!));
        Assert.Null(tie["objectId"]);
        var merge = Assert.Single(byType["contact.merge"]);
        Assert.Equal((ada, bob), ((long)merge["primaryObjectId"]!, (long)merge["mergedObjectIds"]![0]!));
        Assert.Equal(ada, (long)Assert.Single(byType["contact.deletion"])["objectId"]!);
        Assert.Equal(ada, (long)Assert.Single(byType["contact.privacyDeletion"])["objectId"]!);
    }

    [Fact]
    public async Task A_request_has_at_most_a_hundred_events()
    {
        await StartHubAsync();
        Sandbox.HubSpot.Webhooks.Paused = true;
        var contact = Sandbox.HubSpot.CreateContact("ada@example.com");
        Enumerable.Range(0, 99).ToList().ForEach(n => Sandbox.HubSpot.Update("contacts", contact, ("firstname", $"Ada {n}")));
        Assert.Empty(_received);

        Sandbox.HubSpot.Webhooks.Paused = false;
        await Sandbox.HubSpot.Webhooks.WhenSettledAsync(Cancelled);

        Assert.Equal([100, 1], _received.Select(each => each.Events.Count));
    }

    [Fact]
    public async Task A_refused_request_comes_again_with_the_same_events_and_a_new_attempt_number()
    {
        await StartHubAsync();
        _answers.Enqueue(503);
        _answers.Enqueue(401);

        Sandbox.HubSpot.CreateContact("ada@example.com");
        await Sandbox.HubSpot.Webhooks.WhenSettledAsync(Cancelled);

        Assert.Equal([0, 1, 2], _received.Select(each => (int)each.Events[0]!["attemptNumber"]!));
        Assert.Single(_received.Select(each => (long)each.Events[0]!["eventId"]!).Distinct());
        Assert.Equal((3, 2, 2, 0), (Sandbox.HubSpot.Webhooks.Requests, Sandbox.HubSpot.Webhooks.Refused, Sandbox.HubSpot.Webhooks.Delivered, Sandbox.HubSpot.Webhooks.GivenUp));
    }

    [Fact]
    public async Task What_is_never_taken_is_given_up_after_the_last_retry()
    {
        Sandbox.HubSpot.Webhooks.TargetUrl = "http://127.0.0.1:1/";

        Sandbox.HubSpot.CreateContact("ada@example.com");
        await Sandbox.HubSpot.Webhooks.WhenSettledAsync(Cancelled);

        Assert.Equal((3, 2), (Sandbox.HubSpot.Webhooks.Requests, Sandbox.HubSpot.Webhooks.GivenUp));
    }

    [Fact]
    public async Task On_demand_events_come_mixed_and_twice()
    {
        await StartHubAsync();
        Sandbox.HubSpot.Webhooks.Shuffle = Sandbox.HubSpot.Webhooks.Duplicate = Sandbox.HubSpot.Webhooks.Paused = true;
        Sandbox.HubSpot.Webhooks.Ordered = false;
        var contact = Sandbox.HubSpot.CreateContact("ada@example.com");
        Enumerable.Range(0, 148).ToList().ForEach(n => Sandbox.HubSpot.Update("contacts", contact, ("firstname", $"Ada {n}")));

        Sandbox.HubSpot.Webhooks.Paused = false;
        await Sandbox.HubSpot.Webhooks.WhenSettledAsync(Cancelled);

        var ids = Events().Select(each => (long)each["eventId"]!).ToList();
        Assert.Equal(300, ids.Count);
        Assert.All(ids.CountBy(id => id), count => Assert.Equal(2, count.Value));
        Assert.NotEqual(ids.Order(), ids);
        Assert.Equal(0, Sandbox.HubSpot.Webhooks.Pending);
    }

    private IEnumerable<JsonObject> Events() => _received.SelectMany(each => each.Events).OfType<JsonObject>();

    private async Task StartHubAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var hub = builder.Build();
        hub.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var headers = new DefaultHttpContext().Request;
            foreach (var header in context.Request.Headers)
            {
                headers.Headers[header.Key] = header.Value;
            }

            _received.Enqueue((JsonNode.Parse(body.ToArray())!.AsArray(), headers, body.ToArray()));
            context.Response.StatusCode = _answers.TryDequeue(out var status) ? status : 202;
        });
        await hub.StartAsync(Cancelled);
        _hubs.Add(hub);
        Sandbox.HubSpot.Webhooks.TargetUrl = $"{hub.Urls.First()}/api/webhooks/hubspot";
    }
}
