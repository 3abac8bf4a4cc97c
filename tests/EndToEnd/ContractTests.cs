using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using IntegrationHub.EndToEnd.Support;

namespace IntegrationHub.EndToEnd;

/// <summary>What the hub answers from outside, by the contract.</summary>
[Collection<SharedWorld>]
public sealed class ContractTests(World world) : IAsyncLifetime
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly long Now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public ValueTask InitializeAsync()
    {
        world.Calm();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_genuine_delivery_is_accepted_and_shows_on_the_journey()
    {
        var contact = world.Vendors.HubSpot.CreateContact("ada@example.com", ("firstname", "Ada"), ("company", "Analytical Engines"));

        using var answer = await world.Hub.PostAsync(new HubSpotChange(1, contact, "lifecyclestage", "marketingqualifiedlead", Now));

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("""{"accepted":1}""", await answer.Content.ReadAsStringAsync(Stop));
        await Wait.UntilAsync("the lead is there", TimeSpan.FromSeconds(30), async () => await world.Hub.FindLeadAsync(contact) is not null);
        var lead = (await world.Hub.FindLeadAsync(contact))!.Value;
        Assert.Equal("interest", lead.GetProperty("stage").GetString());
        Assert.Equal("marketing", lead.GetProperty("owner").GetString());
        Assert.Contains(lead.GetProperty("identities").EnumerateArray(), key => key.TryGetProperty("email", out var email) && email.GetString() == "ada@example.com");
        Assert.Equal(lead.GetRawText(), (await world.Hub.AskAsync($"leads?email=ADA@example.com")).GetRawText());
        Assert.Equal(lead.GetRawText(), (await world.Hub.AskAsync($"leads/{lead.GetProperty("leadId").GetString()}")).GetRawText());
    }

    [Fact]
    public async Task What_is_not_genuine_is_refused_and_leaves_no_trace()
    {
        var contact = world.Vendors.HubSpot.CreateContact("forged@example.com");
        var body = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new[] { new HubSpotChange(2, contact, "lifecyclestage", "lead", Now) }, JsonSerializerOptions.Web));

        await RefusedAsync(HttpStatusCode.Unauthorized, world.Hub.PostRawAsync(body, secret: "another-secret"));
        await RefusedAsync(HttpStatusCode.Unauthorized, world.Hub.PostRawAsync(body, signedAt: DateTimeOffset.UtcNow.AddMinutes(-6)));
        await RefusedAsync(HttpStatusCode.Unauthorized, world.Hub.PostRawAsync(body, signedAt: DateTimeOffset.UtcNow.AddMinutes(6)));
        await RefusedAsync(HttpStatusCode.Unauthorized, world.Hub.Http.PostAsync(world.Hub.WebhookUrl, new ByteArrayContent(body), Stop));

        Assert.Null(await world.Hub.FindLeadAsync(contact));
    }

    [Fact]
    public async Task What_cannot_be_read_is_refused_with_what_is_wrong()
    {
        await RefusedAsync(HttpStatusCode.BadRequest, world.Hub.PostRawAsync("[{"u8.ToArray()));
        await RefusedAsync(HttpStatusCode.RequestEntityTooLarge, world.Hub.PostRawAsync(new byte[2 * 1024 * 1024]));
        await RefusedAsync(HttpStatusCode.NotFound, world.Hub.PostRawAsync("[]"u8.ToArray(), connector: "nobody"));
        await RefusedAsync(HttpStatusCode.MethodNotAllowed, world.Hub.Http.GetAsync(world.Hub.WebhookUrl, Stop));
    }

    [Theory]
    [InlineData("leads?email=nobody@example.com", HttpStatusCode.NotFound)]
    [InlineData("leads?connector=hubspot&id=404404", HttpStatusCode.NotFound)]
    [InlineData("leads/000000000000000000000000", HttpStatusCode.NotFound)]
    [InlineData("leads/nonsense", HttpStatusCode.NotFound)]
    [InlineData("leads", HttpStatusCode.BadRequest)]
    public async Task Leads_that_are_not_there_are_told_apart_from_questions_that_cannot_be_asked(string path, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{world.Hub.Url}/api/{path}") { Headers = { { "x-functions-key", HubProcess.Key } } };
        await RefusedAsync(status, world.Hub.Http.SendAsync(request, Stop));
    }

    [Theory]
    [InlineData("leads?email=ada@example.com")]
    [InlineData("leads/000000000000000000000000")]
    [InlineData("deadletters?entity=inbound")]
    public async Task Nothing_but_webhooks_answers_without_the_function_key(string path)
    {
        foreach (var url in new[] { $"{world.Hub.Url}/api/{path}", $"{world.Hub.Url}/api/{path}{(path.Contains('?') ? '&' : '?')}code=wrong" })
        {
            using var answer = await world.Hub.Http.GetAsync(url, Stop);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Health_tells_of_connectors_queues_and_mail()
    {
        var health = await world.Hub.AskAsync("health");

        Assert.Equal(["hubspot", "salesforce"], health.GetProperty("connectors").EnumerateArray().Select(connector => connector.GetProperty("name").GetString()!).Order());
        Assert.Contains(health.GetProperty("queues").EnumerateArray(), queue => queue.GetProperty("name").GetString() == "inbound");
        Assert.True(health.TryGetProperty("mail", out _));
    }

    [Fact]
    public async Task A_batch_of_a_hundred_is_one_delivery_and_reaches_every_lead()
    {
        var contacts = Enumerable.Range(0, 100).Select(number => world.Vendors.HubSpot.CreateContact($"batch{number}@example.com")).ToList();

        using var answer = await world.Hub.PostAsync([.. contacts.Select(contact => new HubSpotChange(1000 + contact, contact, "lifecyclestage", "lead", Now))]);

        Assert.Equal("""{"accepted":100}""", await answer.Content.ReadAsStringAsync(Stop));
        foreach (var contact in contacts)
        {
            await Wait.UntilAsync($"contact {contact} is there", TimeSpan.FromSeconds(30), async () => await world.Hub.FindLeadAsync(contact) is not null);
        }
    }

    private static async Task RefusedAsync(HttpStatusCode status, Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal((int)status, (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("status").GetInt32());
    }
}
