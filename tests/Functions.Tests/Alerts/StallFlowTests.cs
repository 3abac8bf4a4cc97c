using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

public sealed class StallFlowTests(Azurite azurite) : IAsyncLifetime
{
    private readonly StillTimeProvider _clock = new(Monday);
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync() => _hub = await TestHub.CreateAsync(azurite, _clock, []);

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
        _clock.AdjustTime(Monday.AddDays(1));
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

        Assert.Empty(await RowsAsync(lead));
    }

    [Theory]
    [InlineData(14 * 60, true)]
    [InlineData((15 * 60) - 1, true)]
    [InlineData(15 * 60, false)]
    [InlineData(16 * 60, false)]
    public async Task A_row_that_no_lead_names_waits_for_the_commit_that_may_name_it_and_is_then_cleared_away(int secondsAfter, bool stays)
    {
        var stranger = Id($"stranger{secondsAfter}");
        await _hub.Get<DeadlineStore>().WatchAsync(stranger, Monday, Token);

        await SweepAt(Monday.AddSeconds(secondsAfter));

        Assert.Equal(stays, (await RowsAsync(stranger)).Any());
    }

    [Fact]
    public async Task A_row_that_was_written_anew_while_its_lead_was_looked_at_stays()
    {
        var lead = Id("anew");
        var deadlines = _hub.Get<DeadlineStore>();
        await deadlines.WatchAsync(lead, Monday, Token);
        var read = Assert.Single(await RowsAsync(lead));
        await deadlines.WatchAsync(lead, Monday, Token);

        Assert.False(await deadlines.RemoveAsync(read, Token));
        Assert.True(await deadlines.RemoveAsync(Assert.Single(await RowsAsync(lead)), Token));
        Assert.Empty(await RowsAsync(lead));
    }

    [Fact]
    public async Task A_deadline_is_kept_though_the_clock_of_whoever_writes_it_is_behind_the_sweeps()
    {
        var lead = Id("behind");
        await _hub.LeadAsync(lead, Claim(FunnelStage.Interest, Monday));
        await SweepAt(Monday.AddDays(2));

        _clock.AdjustTime(Monday.AddDays(2).AddHours(-3));
        await _hub.LeadAsync(lead, Claim(FunnelStage.Awareness, Monday.AddHours(1)));
        await SweepAt(Monday.AddDays(2).AddHours(1));

        Assert.Equal(2, (await RaisedAsync(lead)).Count);
    }

    [Fact]
    public async Task A_deadline_that_another_host_has_set_is_seen_by_one_that_remembers_the_lead_as_it_was()
    {
        var lead = Id("remembered");
        var booked = new ActivityBooked
        {
            DedupeKey = "call|1",
            Connector = "salesforce",
            Side = ToolSide.Crm,
            OccurredAt = Monday.AddMinutes(1),
            ReceivedAt = Monday.AddMinutes(1),
            ActivityId = "call",
            DueAt = Monday.AddDays(9),
        };
        await _hub.LeadAsync(lead, Claim(FunnelStage.Interest, Monday), booked);
        await using (var other = await TestHub.CreateAsync(azurite, _clock, []))
        {
            await other.LeadAsync(lead, booked with { DedupeKey = "call|2", OccurredAt = Monday.AddMinutes(2), DueAt = null });
        }

        await SweepAt(Monday.AddDays(2).AddMinutes(1));

        Assert.Single(await RaisedAsync(lead));
    }

    [Fact]
    public async Task A_lead_that_cannot_be_looked_at_holds_back_no_other_and_is_tried_again_later()
    {
        var (broken, sound) = (Id("broken"), Id("sound"));
        await _hub.LeadAsync(broken, Claim(FunnelStage.Interest, Monday));
        await _hub.LeadAsync(sound, Claim(FunnelStage.Interest, Monday));
        var journeys = await _hub.Get<HubTables>().GetAsync(HubTables.Journeys, Token);
        await FormatAsync(99);

        await SweepAt(Monday.AddDays(2));

        Assert.Single(await RaisedAsync(sound));
        Assert.Equal(Monday.AddDays(2).AddMinutes(1), Assert.Single(await RowsAsync(broken)).DueAt);
        await FormatAsync(1);
        await SweepAt(Monday.AddDays(2).AddSeconds(59));
        var tooEarly = await RaisedAsync(broken);
        await SweepAt(Monday.AddDays(2).AddMinutes(1));
        Assert.Empty(tooEarly);
        Assert.Single(await RaisedAsync(broken));
        Assert.Empty(await RowsAsync(broken));

        Task FormatAsync(int format) => journeys.UpdateEntityAsync(
            new TableEntity(broken.Value, $"journey-{broken}") { ["Format"] = format }, ETag.All, TableUpdateMode.Merge, Token);
    }

    [Fact]
    public async Task A_row_that_a_crash_left_behind_raises_nothing_twice()
    {
        var lead = Id("leftBehind");
        await _hub.LeadAsync(lead, Claim(FunnelStage.Interest, Monday));
        await SweepAt(Monday.AddDays(2));

        await _hub.Get<DeadlineStore>().WatchAsync(lead, Monday.AddDays(2), Token);
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

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<IReadOnlyList<DueLead>> RowsAsync(LeadId lead) =>
        [.. (await _hub.Get<DeadlineStore>().DueAsync(Monday.AddYears(1), Token).ToListAsync(Token)).Where(due => due.LeadId == lead)];

    private Task SweepAt(DateTimeOffset now)
    {
        _clock.AdjustTime(now);
        return _hub.Get<StallFlow>().SweepAsync(Token);
    }

    private async Task<IReadOnlyList<LeadStalled>> RaisedAsync(LeadId lead) => [.. (await _hub.EventsAsync<LeadStalled>("alerts")).Where(stalled => stalled.LeadId == lead)];
}
