using System.Net;
using System.Security.Cryptography;
using System.Text;
using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Abstractions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Tests.Inbound;

public sealed class OtherAccountTests(Azurite azurite)
{
    private const string Secret = "the-secret-of-the-app", Path = "/api/webhooks/hubspot";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_delivery_of_another_portal_is_answered_so_that_it_is_not_sent_again_and_then_counted_and_left_alone()
    {
        await using var provider = new ServiceCollection().AddLogging().AddConnectors(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Connectors:hubspot:Type"] = "HubSpot", ["Connectors:hubspot:ClientSecret"] = Secret, ["Connectors:hubspot:AccessToken"] = "token", ["Connectors:hubspot:PortalId"] = "62515",
        }).Build()).BuildServiceProvider();
        var clock = new StillTimeProvider(Leads.Monday);
        await using var hub = await TestHub.CreateAsync(azurite, clock, [.. provider.GetServices<IConnector>()], "--Hub:PublicUrl=http://hub.test");
        await hub.StartAsync();
        using var counters = hub.Count();

        var answer = await PostAsync(
            hub, clock.GetUtcNow(), """[{"portalId":1,"subscriptionType":"contact.privacyDeletion","objectId":101,"occurredAt":1},{"portalId":1,"subscriptionType":"contact.creation","objectId":102,"occurredAt":1}]""");

        Assert.Equal((HttpStatusCode.Accepted, """{"accepted":0}"""), answer);
        Assert.Equal((2, 0, 0), (counters["hub.events.dropped"], counters["hub.events"], (await hub.MessagesAsync("inbound", null)).Count));
    }

    private static async Task<(HttpStatusCode Status, string Body)> PostAsync(TestHub hub, DateTimeOffset now, string body)
    {
        var timestamp = $"{now.ToUnixTimeMilliseconds()}";
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"POSThttp://hub.test{Path}{body}{timestamp}"));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(hub.Url, Path)) { Content = new StringContent(body) };
        request.Headers.Add("X-HubSpot-Signature-v3", Convert.ToBase64String(signature));
        request.Headers.Add("X-HubSpot-Request-Timestamp", timestamp);
        using var client = new HttpClient();
        using var response = await client.SendAsync(request, Token);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Token));
    }
}
