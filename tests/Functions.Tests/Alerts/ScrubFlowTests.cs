using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

/// <summary>Rows of the deadline index get lost by hand, as a restore would lose them.</summary>
public sealed class ScrubFlowTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lead_whose_row_was_lost_is_found_by_the_walk_and_raised_at_its_limit()
    {
        await using var hub = await NewHubAsync("lost");
        var (lost, sound) = (Id("lost"), Id("sound"));
        await hub.LeadAsync(lost, Claim(FunnelStage.Interest, Monday));
        await hub.LeadAsync(sound, Claim(FunnelStage.Interest, Monday));
        await LoseAsync(hub, lost);
        using var counters = hub.Count();

        await hub.Get<ScrubFlow>().RunAsync(Token);
        _clock.AdjustTime(Monday.AddDays(2));
        await hub.Get<StallFlow>().SweepAsync(Token);

        Assert.Single((await hub.StateAsync(lost)).Ledger.Alerts);
        Assert.Single((await hub.StateAsync(sound)).Ledger.Alerts);
        Assert.Equal(1, counters["hub.deadlines.mended"]);
        Assert.Equal("Leads were not watched", Assert.Single(await hub.Get<NoticeStore>().PendingAsync(Token)).Notice.Subject);
    }

    [Fact]
    public async Task A_walk_waits_a_week_and_closes_the_notice_of_the_one_before_when_nothing_is_missing()
    {
        await using var hub = await NewHubAsync("sound");
        await hub.LeadAsync(Id("sound"), Claim(FunnelStage.Interest, Monday));
        await LoseAsync(hub, Id("sound"));
        await hub.Get<ScrubFlow>().RunAsync(Token);
        using var counters = hub.Count();

        _clock.Advance(TimeSpan.FromDays(1));
        await hub.Get<ScrubFlow>().RunAsync(Token);
        var early = counters["hub.table.requests"];
        _clock.Advance(TimeSpan.FromDays(6));
        await hub.Get<ScrubFlow>().RunAsync(Token);

        Assert.Equal(3, early);
        Assert.Equal(0, counters["hub.deadlines.mended"]);
        Assert.Empty(await hub.Get<NoticeStore>().PendingAsync(Token));
    }

    [Fact]
    public async Task Two_instances_walk_once()
    {
        await using var one = await NewHubAsync("twice");
        await using var other = await NewHubAsync("twice");
        await one.LeadAsync(Id("twice"), Claim(FunnelStage.Interest, Monday));
        await LoseAsync(one, Id("twice"));
        using var counters = one.Count();
        using var others = other.Count();

        await Task.WhenAll(one.Get<ScrubFlow>().RunAsync(Token), other.Get<ScrubFlow>().RunAsync(Token));

        Assert.Equal(1, counters["hub.deadlines.mended"] + others["hub.deadlines.mended"]);
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, false)]
    [InlineData(11, true)]
    public async Task A_save_does_not_believe_in_a_row_that_no_sweep_has_taken_in_ten_minutes(int minutesPast, bool watchedAgain)
    {
        await using var hub = await NewHubAsync($"save{minutesPast}");
        var lead = Id("save");
        await hub.LeadAsync(lead, Claim(FunnelStage.Interest, Monday));
        await LoseAsync(hub, lead);
        using var counters = hub.Count();

        _clock.AdjustTime(Monday.AddDays(2).AddMinutes(minutesPast));
        await hub.LeadAsync(lead, Claim(FunnelStage.Awareness, Monday.AddMinutes(1)));
        await hub.Get<StallFlow>().SweepAsync(Token);

        Assert.Equal(watchedAgain, (await hub.StateAsync(lead)).Ledger.Alerts.Any());
        Assert.Equal(watchedAgain ? 1 : 0, counters["hub.deadlines.late"]);
    }

    /// <summary>A hub with tables of its own: a walk finds the leads of other tests too.</summary>
    private Task<TestHub> NewHubAsync(string tables) =>
        TestHub.CreateAsync(azurite, _clock, [], $"--Hub:TablePrefix={azurite.PrefixOfTest()}{tables}");

    private static async Task LoseAsync(TestHub hub, LeadId lead)
    {
        var deadlines = hub.Get<DeadlineStore>();
        await foreach (var row in deadlines.DueAsync(Monday.AddYears(1), Token))
        {
            if (row.LeadId == lead)
            {
                Assert.True(await deadlines.RemoveAsync(row, Token));
            }
        }
    }
}
