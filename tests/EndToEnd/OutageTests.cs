using System.Net;
using IntegrationHub.EndToEnd.Support;
using IntegrationHub.Sandbox.Faults;

namespace IntegrationHub.EndToEnd;

/// <summary>What breaks around the hub costs time and nothing else.</summary>
[Collection<FaultyWorld>]
public sealed class OutageTests(World world) : IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static long _event = 50_000;

    /// <summary>Something has gone the whole way before: what a hub does for the first time may take longer than it waits for a part that is away.</summary>
    public async ValueTask InitializeAsync()
    {
        world.Calm();
        await AllArriveAsync(await AcceptedAsync($"before{_event}.", 1));
    }

    public ValueTask DisposeAsync()
    {
        File.Delete(world.BusUnavailable);
        world.Calm();
        return ValueTask.CompletedTask;
    }

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
        await WithoutTablesAsync(async () =>
        {
            using var refused = await PostAsync(contact);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
        });

        File.Delete(world.BusUnavailable);
        using var accepted = await PostAsync(contact);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        await AllArriveAsync([contact]);
    }

    [Fact]
    public async Task While_the_tables_are_away_deliveries_wait_on_the_bus()
    {
        List<long> contacts = [];
        await WithoutTablesAsync(async () => contacts = await AcceptedAsync("waiting", 5));

        await AllArriveAsync(contacts);
    }

    [Fact]
    public async Task A_vendor_that_refuses_fails_and_hangs_for_a_minute_delays_and_loses_nothing()
    {
        var faults = new[]
        {
            new Fault { Status = 429, RetryAfter = TimeSpan.FromSeconds(1), For = TimeSpan.FromSeconds(20) },
            new Fault { Status = 500, For = TimeSpan.FromSeconds(20) },
            new Fault { Kind = FaultKind.Hold, For = TimeSpan.FromSeconds(20) },
        };
        var contacts = new List<long>();
        foreach (var fault in faults)
        {
            world.Vendors.Faults.Set("hubspot", fault);
            world.Vendors.Faults.Set("salesforce", fault);
            contacts.AddRange(await AcceptedAsync($"fault{fault.Status}{fault.Kind}", 5, "salesqualifiedlead"));
            await Task.Delay(fault.For!.Value, TestContext.Current.CancellationToken);
        }

        world.Vendors.Faults.Clear();

        await AllArriveAsync(contacts);
        await Wait.UntilAsync("every handoff is in the CRM", Timeout, () => Task.FromResult(contacts.TrueForAll(contact =>
            world.Vendors.Salesforce.All("Lead").Count(lead => lead["Email"] == world.Vendors.HubSpot.Get("contacts", contact)!["email"]) == 1)));
        Assert.Equal(world.Vendors.Salesforce.All("Task").Count, world.Vendors.Salesforce.All("Task").Select(task => task["IntegrationHub_Handoff_Id__c"]).Distinct().Count());
    }

    private async Task WithoutTablesAsync(Func<Task> run)
    {
        await world.Tables.StopAsync();
        try
        {
            await run();
        }
        finally
        {
            await world.Tables.StartAsync();
        }
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
