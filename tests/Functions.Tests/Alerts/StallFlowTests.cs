using IntegrationHub.Embedded.Tests;
using IntegrationHub.Functions.Alerts;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

[Collection(nameof(RealParts))]
public sealed class StallFlowTests : IAsyncDisposable
{
    private readonly ManualClock _clock = new(Monday);
    private readonly TestHub _hub;

    public StallFlowTests(Azurite azurite) => _hub = new(azurite.ConnectionString, _clock, []);

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public async Task A_lead_is_raised_at_exactly_its_limit(int secondsPastLimit, bool raised)
    {
        var lead = Id($"limit{secondsPastLimit}");
        await _hub.LeadAsync(lead, Claim(FunnelStage.Interest, Monday));

        await SweepAt(Monday.AddDays(2).AddSeconds(secondsPastLimit));

        Assert.Equal(raised, (await _hub.StateAsync(lead)).Ledger.Alerts.Any());
        Assert.Equal(raised, (await RaisedAsync(lead)).Count == 1);
    }

    [Fact]
    public async Task Sweeping_a_hundred_times_raises_once()
    {
        var lead = Id("hundred");
        await _hub.LeadAsync(lead, Claim(FunnelStage.Interest, Monday));

        for (var i = 0; i < 100; i++)
        {
            await SweepAt(Monday.AddDays(2).AddSeconds(i));
        }

        Assert.Single((await _hub.StateAsync(lead)).Ledger.Alerts);
        Assert.Single(await RaisedAsync(lead));
    }

    [Fact]
    public async Task A_lead_that_fell_due_later_is_looked_at_again_then()
    {
        var lead = Id("later");
        await _hub.LeadAsync(lead, Claim(FunnelStage.Awareness, Monday));
        _clock.Now = Monday.AddDays(1);
        await _hub.LeadAsync(lead, Claim(FunnelStage.Interest, Monday.AddDays(1)));

        await SweepAt(Monday.AddDays(2));
        var atFirst = await RaisedAsync(lead);
        await SweepAt(Monday.AddDays(3));

        Assert.Empty(atFirst);
        Assert.Equal(Monday.AddDays(3), Assert.Single((await _hub.StateAsync(lead)).Ledger.Alerts).DueAt);
        Assert.Single(await RaisedAsync(lead));
    }

    [Fact]
    public async Task What_has_been_looked_at_leaves_the_index()
    {
        var lead = Id("leaves");
        await _hub.LeadAsync(lead, Claim(FunnelStage.Interest, Monday));

        await SweepAt(Monday.AddDays(2));

        Assert.DoesNotContain(await _hub.Get<DeadlineStore>().DueAsync(Monday.AddYears(1), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken), due => due.LeadId == lead);
    }

    [Fact]
    public async Task A_row_that_stands_for_a_lead_nothing_is_known_of_is_cleared_away()
    {
        var stranger = Id("stranger");
        var deadlines = _hub.Get<DeadlineStore>();
        await deadlines.WatchAsync(stranger, Monday, TestContext.Current.CancellationToken);

        await SweepAt(Monday.AddDays(2));

        Assert.DoesNotContain(await deadlines.DueAsync(Monday.AddYears(1), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken), due => due.LeadId == stranger);
    }

    [Fact]
    public async Task A_row_that_a_crash_left_behind_raises_nothing_twice()
    {
        var lead = Id("leftBehind");
        await _hub.LeadAsync(lead, Claim(FunnelStage.Interest, Monday));
        await SweepAt(Monday.AddDays(2));

        await _hub.Get<DeadlineStore>().WatchAsync(lead, Monday.AddDays(2), TestContext.Current.CancellationToken);
        await SweepAt(Monday.AddDays(2));

        Assert.Single(await RaisedAsync(lead));
    }

    [Fact]
    public async Task A_late_handoff_and_an_overdue_stage_are_raised_each_at_its_time()
    {
        var lead = Id("both");
        await _hub.LeadAsync(lead, Claim(FunnelStage.Evaluation, Monday));

        await SweepAt(Monday.AddHours(4));
        var atFourHours = (await _hub.StateAsync(lead)).Ledger.Alerts.Select(alert => alert.Kind).ToList();
        await SweepAt(Monday.AddDays(2));

        Assert.Equal([AlertKind.HandoffNotAccepted], atFourHours);
        Assert.Equal([AlertKind.HandoffNotAccepted, AlertKind.StageOverdue], (await _hub.StateAsync(lead)).Ledger.Alerts.Select(alert => alert.Kind));
    }

    private Task SweepAt(DateTimeOffset now)
    {
        _clock.Now = now;
        return _hub.Get<StallFlow>().SweepAsync(TestContext.Current.CancellationToken);
    }

    private async Task<IReadOnlyList<LeadStalled>> RaisedAsync(LeadId lead) => [.. (await _hub.EventsAsync<LeadStalled>("alerts")).Where(stalled => stalled.LeadId == lead)];
}
