using Azure.Data.Tables;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Reports;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Reports;

/// <summary>The figures in the tables: counted once, whatever comes late, twice, together or in between.</summary>
public sealed class TallyTests(Azurite azurite)
{
    private static readonly ReportWindow March = new(new(2026, 3, 1), new(2026, 4, 1));

    private readonly StillTimeProvider _clock = new(Monday.AddDays(60));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lead_counts_once_however_often_and_in_whatever_order_its_messages_come()
    {
        await using var hub = await NewHubAsync();
        await hub.Journeys.ApplyAsync(Id("once"), [Claim(FunnelStage.Interest, Monday)], Token);
        await hub.Journeys.ApplyAsync(Id("once"), [OpenDeal("once", 700, "EUR", Monday.AddDays(8))], Token);
        var messages = await hub.EventsAsync<TallyChanged>("reports");
        Assert.Equal(2, messages.Count);

        foreach (var message in messages.Reverse().Concat(messages).Concat(messages))
        {
            await hub.Get<TallyFlow>().CountAsync(message, Token);
        }

        var report = await ReportAsync(hub);
        Assert.Equal((1, 1, 0, 1), (Of(report, FunnelStage.Interest).Entries, Of(report, FunnelStage.Evaluation).Entries, Of(report, FunnelStage.Interest).Count, Of(report, FunnelStage.Evaluation).Count));
        Assert.Equal([new Money("EUR", 700)], Of(report, FunnelStage.Evaluation).OpenValue);
        await AddsUpAsync(hub);
    }

    [Fact]
    public async Task Two_leads_that_are_one_person_count_once_with_their_deal()
    {
        await using var hub = await NewHubAsync();
        var won = OpenDeal("shared", 10_000, "EUR", Monday.AddDays(8)) with { Status = DealStatus.Won };
        await hub.Journeys.ApplyAsync(Id("one"), [Claim(FunnelStage.Interest, Monday), won], Token);
        await hub.Journeys.ApplyAsync(Id("other"), [Claim(FunnelStage.Interest, Monday.AddDays(2)), won], Token);
        var early = await CountAsync(hub);
        var before = await ReportAsync(hub);
        Assert.Equal((2, 2, 1, 10_000m), (Of(before, FunnelStage.Interest).Entries, Of(before, FunnelStage.Commitment).Entries, before.Won.Single().Deals, before.Won.Single().Amount));

        var because = new LeadsMerged { DedupeKey = "", Connector = "hub", Side = ToolSide.Crm, OccurredAt = Monday.AddDays(13), ReceivedAt = Monday.AddDays(13), Merged = Id("one") };
        await hub.Get<JourneyMerger>().MergeAsync(Id("one"), Id("other"), because, Token);
        await CountAsync(hub);

        // A message of before the merge that comes late.
        foreach (var late in early)
        {
            await hub.Get<TallyFlow>().CountAsync(late, Token);
        }

        var after = await ReportAsync(hub);
        Assert.Equal((1, 1, 1), (Of(after, FunnelStage.Interest).Entries, Of(after, FunnelStage.Commitment).Entries, Of(after, FunnelStage.Commitment).Count));
        Assert.Equal((1, 10_000m), (after.Won.Single().Deals, after.Won.Single().Amount));
        await AddsUpAsync(hub);
    }

    [Theory]
    [InlineData("keep", 1, 1, 700)]
    [InlineData("subtract", 0, 0, 0)]
    public async Task An_erased_person_leaves_sums_of_past_days_or_nothing_and_no_row(string whenErased, int entries, int erased, int revenue)
    {
        await using var hub = await NewHubAsync($"--Reports:WhenErased={whenErased}");
        await hub.Journeys.ApplyAsync(Id("erased"), [Claim(FunnelStage.Interest, Monday), OpenDeal("erased", 700, "EUR", Monday.AddDays(8)) with { Status = DealStatus.Won }], Token);
        await CountAsync(hub);
        Assert.Equal(1, Of(await ReportAsync(hub), FunnelStage.Commitment).Count);

        Assert.True(await hub.Get<ErasureFlow>().EraseAsync(Id("erased"), Token));

        var report = await ReportAsync(hub);
        Assert.Equal((entries, entries, 0), (Of(report, FunnelStage.Interest).Entries, Of(report, FunnelStage.Commitment).Entries, Of(report, FunnelStage.Commitment).Count));
        Assert.Equal((erased, 0), (Of(report, FunnelStage.Commitment).Outcomes.Erased, Of(report, FunnelStage.Commitment).Outcomes.Here));
        Assert.Equal(revenue, report.Won.Sum(won => won.Amount));
        Assert.DoesNotContain(await RowsAsync(hub), row => row.RowKey.Contains(Id("erased").Value, StringComparison.Ordinal));
        Assert.Equal(revenue == 0 ? 0 : 1, (await RowsAsync(hub)).Count(row => row.RowKey.StartsWith(TallyStore.DealPrefix, StringComparison.Ordinal)));
        await AddsUpAsync(hub);
        await CountAsync(hub);
        Assert.Equal(entries, Of(await ReportAsync(hub), FunnelStage.Interest).Entries);
    }

    [Fact]
    public async Task Many_leads_of_two_hubs_at_once_are_each_counted_once()
    {
        await using var hub = await NewHubAsync();
        await using var other = await NewHubAsync();
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i =>
            hub.Journeys.ApplyAsync(Id($"many{i}"), [Claim(FunnelStage.Interest, Monday.AddHours(i)), OpenDeal($"many{i % 20}", i, "EUR", Monday.AddDays(8))], Token)));
        var messages = await hub.EventsAsync<TallyChanged>("reports");

        await Task.WhenAll(messages.SelectMany(message => new[] { hub.Get<TallyFlow>().CountAsync(message, Token), other.Get<TallyFlow>().CountAsync(message, Token) }));

        var report = await ReportAsync(other);
        Assert.Equal((60, 60), (Of(report, FunnelStage.Interest).Entries, Of(report, FunnelStage.Evaluation).Count));
        await AddsUpAsync(hub);
    }

    [Fact]
    public async Task A_lead_of_many_months_and_campaigns_is_counted_whole()
    {
        await using var hub = await NewHubAsync();
        var touches = Enumerable.Range(0, 40).Select(i => (Fact)Touch($"Campaign {i}", Monday.AddDays(-10 * i)));
        var moves = Enumerable.Range(0, 10).SelectMany(i => new Fact[]
        {
            OpenDeal($"long{i}", 1, "EUR", Monday.AddDays(-30 * i)), OpenDeal($"long{i}", 1, "EUR", Monday.AddDays((-30 * i) + 10)) with { DedupeKey = $"lost{i}", Status = DealStatus.Lost },
        });
        await hub.Journeys.ApplyAsync(Id("long"), [.. touches, .. moves], Token);

        await CountAsync(hub);
        Assert.True((await RowsAsync(hub)).Count > TallyDesk.MostRows);
        await AddsUpAsync(hub);
    }

    [Fact]
    public async Task What_changes_no_tally_costs_no_request_more_and_a_change_alone_costs_six_at_most()
    {
        // A clock at which no row of the deadline index is late.
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday.AddMinutes(10)), []);
        await hub.Journeys.ApplyAsync(Id("first"), [Claim(FunnelStage.Interest, Monday), Touch("Spring", Monday)], Token);
        await CountAsync(hub);
        await hub.Journeys.ApplyAsync(Id("cost"), [Claim(FunnelStage.Interest, Monday), Touch("Spring", Monday)], Token);
        var news = (await hub.EventsAsync<TallyChanged>("reports")).Single(happened => happened.LeadId == Id("cost"));

        using var counters = hub.Count();
        await hub.Get<TallyFlow>().CountAsync(news, Token);
        Assert.InRange(counters["hub.table.requests"], 1, 6);

        counters.Reset();
        await hub.Journeys.ApplyAsync(Id("cost"), [Touch("Spring", Monday.AddMinutes(5))], Token);
        Assert.Equal((1, 0), (counters["hub.table.requests"], counters["hub.bus.operations"]));
    }

    [Fact]
    public async Task The_figures_cost_as_many_requests_whatever_the_number_of_leads()
    {
        await using var hub = await NewHubAsync();
        await hub.Journeys.ApplyAsync(Id("page"), [Claim(FunnelStage.Interest, Monday)], Token);
        await CountAsync(hub);

        // The first look makes the tables.
        await ReportAsync(hub);
        var before = await RequestsAsync(hub);
        await ManyRows.AddAsync(
            await hub.Get<HubTables>().GetAsync(HubTables.Tallies, Token),
            Enumerable.Range(0, ManyRows.Count).Select(i => new TableEntity("tally", $"{TallyStore.LeadPrefix}{i:x24}")), Token);

        Assert.Equal(before, await RequestsAsync(hub));
        Assert.InRange(before, 1, 16);

        async Task<long> RequestsAsync(TestHub asked)
        {
            using var counters = asked.Count();
            await ReportAsync(asked);
            return counters["hub.table.requests"];
        }
    }

    [Fact]
    public async Task An_audit_finds_a_sum_that_nobody_adds_up_to()
    {
        await using var hub = await NewHubAsync();
        await hub.Journeys.ApplyAsync(Id("audit"), [Claim(FunnelStage.Interest, Monday)], Token);
        await CountAsync(hub);
        await AddsUpAsync(hub);

        var table = await hub.Get<HubTables>().GetAsync(HubTables.Tallies, Token);
        await table.DeleteEntityAsync("tally", TallyStore.LeadKey(Id("audit")), cancellationToken: Token);

        var audit = await hub.Get<TallyAudit>().RunAsync(Token);
        Assert.True(audit.Different > 0);
        Assert.All(audit.Differences, difference => Assert.Equal((1m, 0m), (difference.Sum, difference.Expected)));
    }

    [Fact]
    public async Task After_a_changed_setting_a_recount_counts_every_lead_anew_and_a_second_one_nobody()
    {
        await using (var before = await NewHubAsync())
        {
            await before.Journeys.ApplyAsync(Id("zone"), [Claim(FunnelStage.Interest, new(2026, 2, 28, 23, 30, 0, TimeSpan.Zero))], Token);
            await CountAsync(before);
            Assert.Equal(0, Of(await ReportAsync(before), FunnelStage.Interest).Entries);
        }

        await using var hub = await TestHub.CreateAsync(Policy with { Reports = new() { TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") } }, azurite, _clock, []);
        Assert.Equal(1, (await hub.Get<RecountFlow>().RunAsync(null, Token)).Changed);
        await CountAsync(hub);

        Assert.Equal(1, Of(await ReportAsync(hub), FunnelStage.Interest).Entries);
        await AddsUpAsync(hub);
        var again = await hub.Get<RecountFlow>().RunAsync(null, Token);
        Assert.Equal(new RecountReport(1, 0, null), again);
    }

    private static CampaignTouched Touch(string campaign, DateTimeOffset at) => new()
    {
        DedupeKey = $"hubspot|touch|{campaign}|{at.UtcTicks}", Connector = "hubspot", Side = ToolSide.Marketing, OccurredAt = at, ReceivedAt = at, Touch = TouchKind.Form, Campaign = campaign,
    };

    private static StageFigures Of(FunnelReport report, FunnelStage stage) => report.Stages.Single(its => its.Stage == stage);

    private Task<TestHub> NewHubAsync(params string[] settings) => TestHub.CreateAsync(azurite, _clock, [], settings);

    /// <summary>Counts what waits.</summary>
    private static async Task<IReadOnlyList<TallyChanged>> CountAsync(TestHub hub)
    {
        var messages = await hub.EventsAsync<TallyChanged>("reports");
        foreach (var message in messages)
        {
            await hub.Get<TallyFlow>().CountAsync(message, Token);
        }

        return messages;
    }

    private static async Task<FunnelReport> ReportAsync(TestHub hub) => (await hub.Get<FunnelQuery>().ReadAsync(March, TallyViews.All, Token)).Report;

    private static async Task AddsUpAsync(TestHub hub) => Assert.Empty((await hub.Get<TallyAudit>().RunAsync(Token)).Differences);

    private static async Task<List<TableEntity>> RowsAsync(TestHub hub)
    {
        var rows = new List<TableEntity>();
        await foreach (var row in (await hub.Get<HubTables>().GetAsync(HubTables.Tallies, Token)).QueryAsync<TableEntity>(cancellationToken: Token))
        {
            rows.Add(row);
        }

        return rows;
    }
}
