using System.Text.Json;
using IntegrationHub.EndToEnd.Support;
using IntegrationHub.Sandbox.Faults;
using IntegrationHub.Sandbox.Salesforce;

namespace IntegrationHub.EndToEnd;

/// <summary>What the CRM's rows tell, however they are committed.</summary>
[Collection<SharedWorld>]
public sealed class PollingTests(World world) : IAsyncLifetime
{
    private const int Rows = 25;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public ValueTask InitializeAsync()
    {
        world.Calm();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Rows_that_are_committed_behind_the_cursor_but_within_the_overlap_arrive_exactly_once()
    {
        var crm = world.Vendors.Salesforce;
        crm.Stamps = StampMode.Growing;
        crm.CommitDelay = System.Threading.Timeout.InfiniteTimeSpan;
        var late = Create("late");
        crm.CommitDelay = TimeSpan.Zero;
        var seen = Create("seen");
        await AllArriveAsync(seen);
        await PolledTwiceAsync();
        Assert.All(await FindAsync(late), Assert.Null);

        crm.Commit();

        await AllArriveAsync(late);
        await PolledTwiceAsync();
        await world.Hub.UntilIdleAsync();
        var leads = await FindAsync([.. seen, .. late]);
        Assert.Equal(2 * Rows, leads.Select(lead => lead!.Value.GetProperty("leadId").GetString()).Distinct().Count());
        Assert.All(leads, lead => Assert.Equal(["identitiesLinked", "profileChanged", "stageClaimed"], Facts(lead!.Value).Select(fact => fact.GetProperty("kind").GetString()).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task The_second_update_of_a_row_within_one_second_is_not_dropped_and_no_update_is_taken_for_a_new_lead()
    {
        var crm = world.Vendors.Salesforce;
        crm.Stamps = StampMode.Tied;
        var record = crm.CreateLead("twice@example.com", "Twice", "Second Ltd");
        await AllArriveAsync([record]);
        var before = (await FindAsync([record]))[0]!.Value;
        foreach (var title in new[] { "first", "second", "first" })
        {
            crm.Update("Lead", record, ("Title", title));
            await PolledTwiceAsync();
        }

        crm.Stamps = StampMode.Seconds;
        await world.Hub.UntilIdleAsync();
        var after = (await FindAsync([record]))[0]!.Value;
        Assert.Equal(before.GetProperty("leadId").GetString(), after.GetProperty("leadId").GetString());
        Assert.Equal(3, Facts(after).Count(fact => fact.GetProperty("kind").GetString() == "profileChanged"));
        Assert.Equal(before.GetProperty("enteredAt").GetDateTimeOffset(), after.GetProperty("enteredAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task A_read_whose_cursor_has_expired_at_the_CRM_is_begun_again_and_brings_every_row_once()
    {
        world.Vendors.Salesforce.PageSize = Rows / 4;
        world.Vendors.Faults.Set("salesforce", new Fault { PathPrefix = "/services/data/v60.0/query/01g", Status = 400, Code = "INVALID_QUERY_LOCATOR" });
        var records = Create("paged");

        await Wait.UntilAsync("health tells of it", Timeout, async () => (await SalesforceAsync()).GetProperty("state").GetString() == "failing");
        world.Vendors.Faults.Clear("salesforce");
        await AllArriveAsync(records);

        await Wait.UntilAsync("the connector is well again", Timeout, async () => (await SalesforceAsync()).GetProperty("state").GetString() == "ok");
        Assert.All(await FindAsync(records), lead => Assert.Single(Facts(lead!.Value), fact => fact.GetProperty("kind").GetString() == "profileChanged"));
    }

    private async Task<JsonElement> SalesforceAsync() => (await world.Hub.AskAsync("health")).GetProperty("connectors").EnumerateArray().Single(connector => connector.GetProperty("name").GetString() == "salesforce");

    private List<string> Create(string name) => [.. Enumerable.Range(0, Rows).Select(number => world.Vendors.Salesforce.CreateLead($"{name}{number}@example.com", name, "Overlap Ltd"))];

    private static IEnumerable<JsonElement> Facts(JsonElement lead) => lead.GetProperty("history").EnumerateArray().Where(fact => fact.GetProperty("connector").GetString() == "salesforce");

    private async Task<JsonElement?[]> FindAsync(IEnumerable<string> records) => await Task.WhenAll(records.Select(record => world.Hub.FindLeadAsync(record, "salesforce")));

    private Task AllArriveAsync(IReadOnlyList<string> records) => Wait.UntilAsync("all rows are on journeys", Timeout, async () => (await FindAsync(records)).All(lead => lead is not null));

    /// <summary>Until a poll has begun and ended: the first that is counted may have begun before.</summary>
    private async Task PolledTwiceAsync()
    {
        var before = Polls();
        await Wait.UntilAsync("the CRM was polled twice", Timeout, () => Task.FromResult(Polls() >= before + 2));
    }

    /// <summary>Each poll asks for leads, deals and tasks; the last of them tells that it is over.</summary>
    private int Polls() => world.Vendors.Calls.Recent.Count(call => call.Path.EndsWith("/queryAll", StringComparison.Ordinal) && call.Target.Contains("Task", StringComparison.Ordinal));
}
