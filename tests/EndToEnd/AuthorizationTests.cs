using System.Net;
using System.Text.RegularExpressions;
using IntegrationHub.EndToEnd.Support;
using IntegrationHub.Sandbox.Faults;

namespace IntegrationHub.EndToEnd;

/// <summary>A tool that no longer accepts the hub's credentials.</summary>
public sealed partial class AuthorizationTests
{
    private const int Deliveries = 20;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Credentials_that_are_refused_show_in_health_are_not_tried_again_and_again_and_lose_nothing()
    {
        await using var world = await World.StartAsync(
            ("Connectors__hubspot__AccessToken", ""), ("Connectors__hubspot__ClientId", "sandbox-hubspot-client"), ("Connectors__hubspot__RefreshToken", "sandbox-hubspot-refresh-token"));
        world.Vendors.Faults.Set("hubspot", new Fault { PathPrefix = "/oauth/v1/token", Status = 400, Code = "invalid_grant" });
        world.Vendors.Faults.Set("salesforce", new Fault { PathPrefix = "/services/oauth2/token", Status = 400, Code = "invalid_grant" });
        world.Vendors.Salesforce.ExpireSessions();

        var contacts = Enumerable.Range(0, Deliveries).Select(number => world.Vendors.HubSpot.CreateContact($"waiting{number}@example.com")).ToList();
        foreach (var contact in contacts)
        {
            using var answer = await world.Hub.PostAsync(new HubSpotChange(contact, contact, "lifecyclestage", "lead", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }

        await Wait.UntilAsync("ten deliveries were tried, and the others wait", Timeout, () => Task.FromResult(Retries().Count(world.Hub.Log) >= Deliveries / 2));
        foreach (var connector in new[] { "hubspot", "salesforce" })
        {
            await Wait.UntilAsync($"health tells of {connector}", Timeout, async () => (await world.Hub.AskAsync("health")).GetProperty("connectors").EnumerateArray().Any(each =>
                each.GetProperty("name").GetString() == connector && each.GetProperty("state").GetString() == "failing" && each.GetProperty("lastError").GetString()!.Contains("invalid_grant", StringComparison.Ordinal)));
        }

        // A vendor that has refused is left alone for a minute; Salesforce may have granted a session before.
        Assert.InRange(world.Vendors.Calls.Count("hubspot"), 1, 2);
        Assert.InRange(world.Vendors.Calls.Count("salesforce", "POST", "/services/oauth2/token"), 1, 3);

        world.Vendors.Faults.Clear();
        await world.Hub.Host.KillAsync();
        await world.Hub.Host.StartAsync();
        foreach (var contact in contacts)
        {
            await Wait.UntilAsync($"contact {contact} is on a journey", Timeout, async () => await world.Hub.FindLeadAsync(contact) is not null);
        }
    }

    [GeneratedRegex("returns in")]
    private static partial Regex Retries();
}
