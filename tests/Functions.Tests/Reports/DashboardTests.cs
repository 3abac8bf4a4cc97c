using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Deque.AxeCore.Commons;
using IntegrationHub.Functions.Reports;
using IntegrationHub.Funnel;
using IntegrationHub.Tests.Support.Browsers;
using Microsoft.Playwright;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Reports;

/// <summary>The page of the funnel and its JSON, as people and machines get them.</summary>
[Collection<InBrowser>]
public sealed class DashboardTests(Azurite azurite, Browser browser)
{
    private const int LargestPage = 60 * 1024;

    private readonly StillTimeProvider _clock = new(Monday.AddDays(30));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_lead_the_page_says_so_and_shows_no_figure()
    {
        await using var hub = await NewHubAsync();

        using var answer = await GetAsync(hub, "dashboard");
        var page = await answer.Content.ReadAsStringAsync(Token);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("No lead yet", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<table", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_is_one_answer_that_nobody_may_frame_keep_or_extend()
    {
        await using var hub = await StoryAsync();

        using var answer = await GetAsync(hub, "dashboard");
        var page = await answer.Content.ReadAsStringAsync(Token);

        Assert.InRange(Encoding.UTF8.GetByteCount(page), 1, LargestPage);
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(["private, no-cache"], answer.Headers.GetValues("Cache-Control").Select(value => value.Replace("no-cache, private", "private, no-cache", StringComparison.Ordinal)));
        Assert.Contains("default-src 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal(["no-referrer", "nosniff", "noindex"], new[] { "Referrer-Policy", "X-Content-Type-Options", "X-Robots-Tag" }.Select(name => answer.Headers.GetValues(name).Single()));
        Assert.DoesNotContain(" style=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Contoso", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Ada", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(320, ColorScheme.Light, ForcedColors.None)]
    [InlineData(320, ColorScheme.Dark, ForcedColors.None)]
    [InlineData(1280, ColorScheme.Light, ForcedColors.None)]
    [InlineData(1280, ColorScheme.Light, ForcedColors.Active)]
    public async Task The_page_fits_and_is_accessible(int width, ColorScheme scheme, ForcedColors forced)
    {
        await using var hub = await StoryAsync();
        var requests = 0;

        var page = await browser.OpenAsync($"{hub.Url}api/dashboard", $"dashboard-{width}-{scheme}-{forced}".ToLowerInvariant(), new()
        {
            ViewportSize = new() { Width = width, Height = 740 },
            ColorScheme = scheme,
            ForcedColors = forced,
            ExtraHTTPHeaders = [KeyValuePair.Create("x-functions-key", TestHub.Key)],
        }, () => requests++);

        Assert.Equal(1, requests);
        Assert.InRange(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 1, width);
        var charts = await page.Locator("figure svg[role=img]").CountAsync();
        Assert.Equal((2, 2), (charts, await page.Locator("figure details table").CountAsync()));
        foreach (var tapped in await page.Locator("main summary, form select, form input, form button").AllAsync())
        {
            Assert.True((await tapped.BoundingBoxAsync())!.Height >= 44, await tapped.InnerTextAsync());
        }

        Assert.Equal([], await ViolationsAsync(page));
    }

    [Fact]
    public async Task Print_opens_the_figures_and_drops_the_form()
    {
        await using var hub = await StoryAsync();
        var page = await browser.OpenAsync($"{hub.Url}api/dashboard", "dashboard-print", new()
        {
            ExtraHTTPHeaders = [KeyValuePair.Create("x-functions-key", TestHub.Key)], JavaScriptEnabled = false, ViewportSize = new() { Width = 800, Height = 1100 },
        }, () => { });

        await page.EmulateMediaAsync(new() { Media = Media.Print });

        await Browser.TakePictureAsync(page, "dashboard-print");
        Assert.False(await page.Locator("form").IsVisibleAsync());
        Assert.True(await page.Locator("figure details table").First.IsVisibleAsync());
    }

    [Fact]
    public async Task A_hostile_segment_name_is_text()
    {
        await using var hub = await StoryAsync();

        using var answer = await GetAsync(hub, $"dashboard?segment={Uri.EscapeDataString("\"><script>alert(1)</script>\u202E")}");
        var page = await answer.Content.ReadAsStringAsync(Token);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("time=year")]
    [InlineData("from=2026-03-01&to=2026-03-01")]
    [InlineData("channel=radio")]
    [InlineData("segment=a&channel=pr")]
    public async Task What_is_no_window_or_no_filter_is_refused(string query)
    {
        await using var hub = await NewHubAsync();

        foreach (var path in new[] { "dashboard", "funnel" })
        {
            using var answer = await GetAsync(hub, $"{path}?{query}");
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.NotEqual("", JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("detail").GetString());
        }
    }

    [Fact]
    public async Task The_answer_has_the_figures_of_its_window()
    {
        await using var hub = await StoryAsync();

        using var answer = await GetAsync(hub, "funnel?from=2026-03-01&to=2026-04-01");
        var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token)).RootElement;

        Assert.Equal(("2026-03-01", "2026-04-01", "all", 0), (Text("from"), Text("to"), Text("view"), json.GetProperty("blind").GetArrayLength()));
        var stage = json.GetProperty("stages").EnumerateArray().Single(its => its.GetProperty("stage").GetString() == "evaluation");
        Assert.Equal((1, 3, 2), (stage.GetProperty("count").GetInt32(), stage.GetProperty("entries").GetInt32(), stage.GetProperty("outcomes").GetProperty("wentOn").GetInt32()));
        Assert.Equal(JsonValueKind.Null, stage.GetProperty("medianDwell").ValueKind);
        Assert.Equal((0, JsonValueKind.Null, 3), (
            stage.GetProperty("conversions")[0].GetProperty("reached").GetInt32(), stage.GetProperty("conversions")[0].GetProperty("rate").ValueKind,
            stage.GetProperty("conversions")[0].GetProperty("tooYoung").GetInt32()));
        var won = Assert.Single(json.GetProperty("won").EnumerateArray());
        Assert.Equal(("EUR", 2, 1_500.50m), (won.GetProperty("currency").GetString(), won.GetProperty("deals").GetInt32(), won.GetProperty("amount").GetDecimal()));

        string? Text(string name) => json.GetProperty(name).GetString();
    }

    private static async Task<IReadOnlyList<string>> ViolationsAsync(IPage page)
    {
        await page.EvaluateAsync(new BundledAxeScriptProvider().GetScript());
        var found = await page.EvaluateAsync<string>("async () => JSON.stringify((await axe.run()).violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', ')))");
        return JsonSerializer.Deserialize<string[]>(found)!;
    }

    private static async Task<HttpResponseMessage> GetAsync(TestHub hub, string path)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{hub.Url}api/{path}");
        request.Headers.Add("x-functions-key", TestHub.Key);
        return await http.SendAsync(request, Token);
    }

    private async Task<TestHub> NewHubAsync()
    {
        var hub = await TestHub.CreateAsync(azurite, _clock, []);
        await hub.StartAsync();
        return hub;
    }

    /// <summary>Three leads that came to sales, of whom two won.</summary>
    private async Task<TestHub> StoryAsync()
    {
        var hub = await NewHubAsync();
        for (var i = 0; i < 3; i++)
        {
            var deal = $"story{i.ToString(CultureInfo.InvariantCulture)}";
            Fact[] facts =
            [
                Profile(new() { FirstName = "Ada", Company = "Contoso" }), Claim(FunnelStage.Interest, Monday), OpenDeal(deal, 750.25m, "EUR", Monday.AddDays(2)),
                .. i == 0 ? [] : (Fact[])[OpenDeal(deal, null, null, Monday.AddDays(5)) with { DedupeKey = $"won{i}", Status = DealStatus.Won }],
            ];
            await hub.Journeys.ApplyAsync(Id(deal), facts, Token);
        }

        await Eventually.TrueAsync(
            async () => (await hub.Get<FunnelQuery>().ReadAsync(new(new(2026, 3, 1), new(2026, 4, 1)), TallyViews.All, Token)).Report.Won.Sum(won => won.Deals) == 2
                && (await hub.MessagesAsync("funnel", "reports")).Count == 0,
            "all leads are counted");
        return hub;
    }
}
