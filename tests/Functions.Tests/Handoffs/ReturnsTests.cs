using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using IntegrationHub.Functions.Handoffs;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Handoffs;

/// <summary>What sales give back reaches the campaign. The tests share a table, so each has a month of its own.</summary>
public sealed class ReturnsTests(Azurite azurite)
{
    private static readonly string[] Reasons = ["no budget", "wrong person", "not now"];
    private static readonly string?[] Campaigns = ["Spring", "PR week", null];

    private readonly StillTimeProvider _clock = new(Monday);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Simulated_returns_equal_the_table_counted_by_hand_however_often_they_are_told()
    {
        await using var hub = await NewHubAsync();
        var start = Month(2031, 5);
        var random = new Random(7);
        var expected = new Dictionary<(string? Campaign, string Reason), int>();
        List<LeadReturned> events = [];
        for (var i = 0; i < 24; i++)
        {
            var (campaign, reason) = (Campaigns[random.Next(3)], Reasons[random.Next(3)]);
            events.Add(await ReturnedAsync(hub, $"simulated{i}", start.AddHours(i), campaign, reason));
            expected[(campaign, reason)] = expected.GetValueOrDefault((campaign, reason)) + 1;
        }

        foreach (var told in events.Concat(events).OrderBy(_ => random.Next()))
        {
            await hub.Get<ReturnFlow>().CountAsync(told, Token);
        }

        var report = (await hub.Get<ReturnFlow>().ReportAsync(null, start, start.AddMonths(1), PageRequest.First, Token)).Items;
        Assert.Equal(
            expected.Select(pair => (pair.Key.Campaign, pair.Key.Reason, pair.Value)).OrderBy(row => row.Campaign).ThenBy(row => row.Reason),
            report.Select(row => (row.Campaign, row.Reason, row.Count)).OrderBy(row => row.Campaign).ThenBy(row => row.Reason));
        Assert.All(report, row => Assert.Equal((row.Campaign is null ? null : "hubspot", row.Campaign is null ? null : CampaignChannel.Digital, FunnelStage.Evaluation), (row.Connector, row.Channel, row.Stage)));
        foreach (var campaign in report.GroupBy(row => row.Campaign))
        {
            Assert.Equal(expected.Where(pair => pair.Key.Campaign == campaign.Key).Max(pair => pair.Value), campaign.First().Count);
        }
    }

    [Fact]
    public async Task The_last_campaign_before_the_handoff_counts_and_not_one_after_it()
    {
        await using var hub = await NewHubAsync();
        var start = Month(2031, 6);
        var told = await ReturnedAsync(hub, "attributed", start, "Before", "no budget", Touch("Earlier", start.AddDays(-9)), Touch("After", start.AddMinutes(30)));

        await hub.Get<ReturnFlow>().CountAsync(told, Token);

        Assert.Equal("Before", Assert.Single((await hub.Get<ReturnStore>().ListAsync(start, start.AddDays(9), PageRequest.First, Token)).Items).Campaign);
    }

    [Fact]
    public async Task After_a_merge_the_same_return_still_counts_once()
    {
        await using var hub = await NewHubAsync();
        var start = Month(2031, 7);
        var first = await ReturnedAsync(hub, "merged", start, "Spring", "no budget");
        var facts = (await hub.StateAsync(first.LeadId)).Facts.Values;
        await hub.LeadAsync(Id("survivor"), [.. facts.Where(fact => fact is not HandoffReturned)]);
        var survivor = await hub.LeadAsync(Id("survivor"), [.. facts]);
        var again = new LeadReturned { Id = "m", LeadId = survivor.LeadId, At = start, Team = Team.Marketing, HandoffId = survivor.Ledger.Handoffs[0].Id };

        await hub.Get<ReturnFlow>().CountAsync(first, Token);
        await hub.Get<ReturnFlow>().CountAsync(again, Token);

        Assert.Equal(1, Assert.Single((await hub.Get<ReturnFlow>().ReportAsync("spring", start, start.AddMonths(1), PageRequest.First, Token)).Items).Count);
        Assert.Equal(survivor.LeadId, Assert.Single((await hub.Get<ReturnStore>().ListAsync(start, start.AddMonths(1), PageRequest.First, Token)).Items).LeadId);
    }

    [Fact]
    public async Task An_erased_persons_return_is_gone_and_does_not_come_back()
    {
        await using var hub = await NewHubAsync();
        var start = Month(2031, 8);
        var told = await ReturnedAsync(hub, "erased", start, "Spring", "is ill");
        await hub.Get<ReturnFlow>().CountAsync(told, Token);

        await hub.Journeys.ApplyAsync(told.LeadId, [Erased()], Token);
        foreach (var records in hub.GetAll<IErasable>())
        {
            await records.EraseAsync(told.LeadId, Token);
        }

        await hub.Get<ReturnFlow>().CountAsync(told, Token);

        Assert.Empty((await hub.Get<ReturnStore>().ListAsync(start, start.AddMonths(1), PageRequest.First, Token)).Items);
    }

    [Fact]
    public async Task The_call_answers_with_rows_for_a_campaign_and_a_time()
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        var start = Month(2031, 9);
        var told = await ReturnedAsync(hub, "called", start, "PR week", "no budget");
        await hub.Get<ReturnFlow>().CountAsync(told, Token);
        using var http = new HttpClient { BaseAddress = hub.Url };
        http.DefaultRequestHeaders.Add("x-functions-key", TestHub.Key);
        var at = start.AddHours(1);

        var rows = await http.GetFromJsonAsync<JsonElement>($"/api/returns?campaign=pr%20WEEK&from={Text(at)}&to={Text(at.AddSeconds(1))}", Token);
        var before = await http.GetFromJsonAsync<JsonElement>($"/api/returns?from={Text(at.AddDays(-9))}&to={Text(at)}", Token);
        var wrong = await http.GetAsync(new Uri("/api/returns?from=yesterday", UriKind.Relative), Token);
        using var stranger = new HttpClient { BaseAddress = hub.Url };

        Assert.Equal("""[{"campaign":"PR week","connector":"hubspot","channel":"digital","stage":"evaluation","reason":"no budget","count":1}]""", rows.GetRawText());
        Assert.Equal(0, before.GetArrayLength());
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(new Uri("/api/returns", UriKind.Relative), Token)).StatusCode);
    }

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static DateTimeOffset Month(int year, int month) => new(year, month, 3, 9, 0, 0, TimeSpan.Zero);

    private static CampaignTouched Touch(string? campaign, DateTimeOffset at) => new()
    {
        DedupeKey = $"hubspot|touch|{campaign}|{at.UtcTicks}", Connector = "hubspot", Side = ToolSide.Marketing, OccurredAt = at, ReceivedAt = at, Touch = TouchKind.Form, Campaign = campaign,
    };

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(azurite, _clock, [new FakeCrm(), new FakeMarketing()]);

    /// <summary>A lead that met a campaign, went to sales at a time, and came back an hour later.</summary>
    private static async Task<LeadReturned> ReturnedAsync(TestHub hub, string name, DateTimeOffset at, string? campaign, string reason, params Fact[] more)
    {
        var lead = Id(name);
        var back = Returned(at.AddHours(1)) with { DedupeKey = $"salesforce|returned|{name}|{at.UtcTicks}", Reason = reason };
        var state = await hub.LeadAsync(lead, [Touch(campaign, at.AddDays(-1)), Claim(FunnelStage.Evaluation, at), .. more]);
        await hub.LeadAsync(lead, back);
        return new() { Id = "r", LeadId = lead, At = at, Team = Team.Marketing, HandoffId = state.Ledger.Handoffs[0].Id };
    }
}
