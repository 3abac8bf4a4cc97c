using System.Net;
using IntegrationHub.EndToEnd.Support;
using IntegrationHub.Sandbox.Faults;

namespace IntegrationHub.EndToEnd;

/// <summary>What breaks around the hub costs time and nothing else.</summary>
[Collection<FaultyWorld>]
public sealed class OutageTests(World world)
{
    /// <summary>How many calls to each vendor meet a fault before the next one begins.</summary>
    private const int CallsOfAFault = 3;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static long _event = 50_000;

    [Fact]
    public async Task While_the_bus_is_away_deliveries_are_accepted_and_reach_their_journeys_when_it_is_back()
    {
        await TakeBusAwayAsync();
        var contacts = await AcceptedAsync("spooled", 5);
        Assert.Null(await world.Hub.FindLeadAsync(contacts[0]));

        File.Delete(world.BusUnavailable);

        await AllArriveAsync(contacts);
    }

    [Fact]
    public async Task While_bus_and_tables_are_away_the_sender_is_asked_to_send_again()
    {
        var contact = world.Vendors.HubSpot.CreateContact("again@example.com");
        await TakeBusAwayAsync();
        await world.Tables.StopAsync();

        using var refused = await PostAsync(contact);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);

        await world.Tables.StartAsync();
        File.Delete(world.BusUnavailable);
        using var accepted = await PostAsync(contact);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        await AllArriveAsync([contact]);
    }

    [Fact]
    public async Task While_the_tables_are_away_deliveries_wait_on_the_bus()
    {
        await world.Tables.StopAsync();
        var contacts = await AcceptedAsync("waiting", 5);

        await world.Tables.StartAsync();

        await AllArriveAsync(contacts);
    }

    [Fact]
    public async Task A_vendor_that_refuses_hangs_and_fails_delays_and_loses_nothing()
    {
        var faults = new[]
        {
            new Fault { Status = 429, RetryAfter = TimeSpan.FromSeconds(1) },
            new Fault { Kind = FaultKind.Hold },
            new Fault { Status = 500 },
        };
        var contacts = new List<long>();
        foreach (var fault in faults)
        {
            world.Vendors.Faults.Set("hubspot", fault);
            world.Vendors.Faults.Set("salesforce", fault);
            contacts.AddRange(await AcceptedAsync($"fault{fault.Status}{fault.Kind}", 5, "salesqualifiedlead"));
            await Wait.UntilAsync($"both vendors have met {fault}", Timeout, () => Task.FromResult(world.Vendors.Faults.Active().All(active => active.Met >= CallsOfAFault)));
        }

        world.Vendors.Faults.Clear();

        await AllArriveAsync(contacts);
        await Wait.UntilAsync("every handoff is in the CRM", Timeout, () => Task.FromResult(contacts.TrueForAll(contact =>
            world.Vendors.Salesforce.All("Lead").Count(lead => lead["Email"] == world.Vendors.HubSpot.Get("contacts", contact)!["email"]) == 1)));
        Assert.Equal(world.Vendors.Salesforce.All("Task").Count, world.Vendors.Salesforce.All("Task").Select(task => task["IntegrationHub_Handoff_Id__c"]).Distinct().Count());
    }

    private async Task TakeBusAwayAsync()
    {
        await File.WriteAllTextAsync(world.BusUnavailable, "", TestContext.Current.CancellationToken);
        await Wait.UntilAsync("the bus is away", Timeout, async () =>
        {
            using var health = await world.Hub.Http.GetAsync($"{world.Hub.Url}/api/health?code={HubProcess.Key}", TestContext.Current.CancellationToken);
            return health.StatusCode == HttpStatusCode.ServiceUnavailable;
        });
    }

    private async Task<List<long>> AcceptedAsync(string name, int count, string stage = "lead")
    {
        var contacts = Enumerable.Range(0, count).Select(number => world.Vendors.HubSpot.CreateContact($"{name}{number}@example.com", ("lastname", name))).ToList();
        foreach (var contact in contacts)
        {
            using var answer = await PostAsync(contact, stage);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }

        return contacts;
    }

    private Task<HttpResponseMessage> PostAsync(long contact, string stage = "lead") =>
        world.Hub.PostAsync(new HubSpotChange(Interlocked.Increment(ref _event), contact, "lifecyclestage", stage, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));

    private async Task AllArriveAsync(IReadOnlyList<long> contacts)
    {
        foreach (var contact in contacts)
        {
            await Wait.UntilAsync($"contact {contact} is on a journey{Environment.NewLine}{world.Hub.Log}", Timeout, async () => await world.Hub.FindLeadAsync(contact) is not null);
        }
    }
}
