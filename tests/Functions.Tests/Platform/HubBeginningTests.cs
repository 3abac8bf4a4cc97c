using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Platform;

/// <summary>When the hub began, as its tables remember it.</summary>
public sealed class HubBeginningTests(Azurite azurite)
{
    [Fact]
    public async Task A_hub_began_when_it_first_ran_whoever_asks_later()
    {
        await using var first = await NewHubAsync(Monday);
        await using var later = await NewHubAsync(Monday.AddDays(3));

        Assert.Equal(Monday, first.Get<HubBeginning>().Find());
        Assert.Equal(Monday, later.Get<HubBeginning>().Find());
    }

    [Fact]
    public async Task Two_instances_that_start_together_began_at_one_time()
    {
        await using var hub = await NewHubAsync(Monday);

        var began = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() => new HubBeginning(hub.Get<HubTables>(), new StillTimeProvider(Monday.AddMinutes(number))).Find())));

        Assert.NotNull(Assert.Single(began.Distinct()));
    }

    [Fact]
    public async Task A_hub_that_had_leads_before_it_could_remember_has_always_been_live()
    {
        await using var hub = await NewHubAsync(Monday);
        await hub.LeadAsync(Id("known"), Claim(FunnelStage.Interest, Monday));

        Assert.Null(hub.Get<HubBeginning>().Find());
        Assert.Null(new HubBeginning(hub.Get<HubTables>(), new StillTimeProvider(Monday.AddDays(3))).Find());
    }

    private Task<TestHub> NewHubAsync(DateTimeOffset now) => TestHub.CreateAsync(azurite, new StillTimeProvider(now), []);
}
