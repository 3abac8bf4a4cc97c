using System.Net;
using System.Text.RegularExpressions;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

public sealed partial class AlertPageTests(Azurite azurite)
{
    private static readonly DateTimeOffset Due = Monday.AddDays(2);
    private static readonly DateTimeOffset Open = Due.AddSeconds(30);

    private readonly StillTimeProvider _clock = new(Monday);

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Looking_at_a_link_changes_nothing_however_often_a_scanner_does(string method)
    {
        await using var world = await MailedAsync($"scanned{method}");
        using var http = Client(world);
        var before = await world.Hub.StateAsync(Id($"scanned{method}"));

        foreach (var link in Links(world, "sales@example.com"))
        {
            for (var i = 0; i < 3; i++)
            {
                using var answer = await http.SendAsync(new(new HttpMethod(method), link), Token);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }

        Assert.Empty((await world.Hub.StateAsync(Id($"scanned{method}"))).Ledger.Silences);
        Assert.Equal(before.Ledger.Alerts.Length, (await world.Hub.StateAsync(Id($"scanned{method}"))).Ledger.Alerts.Length);
    }

    [Fact]
    public async Task Acknowledging_acts_once_and_the_other_team_sees_who_it_was()
    {
        await using var world = await MailedAsync("acknowledged");
        using var http = Client(world);

        var first = await PostAsync(http, Links(world, "sales@example.com")[0]);
        _clock.Advance(TimeSpan.FromMinutes(1));
        var second = await PostAsync(http, Links(world, "sales@example.com")[0]);

        var silence = Assert.Single((await world.Hub.StateAsync(Id("acknowledged"))).Ledger.Silences);
        Assert.Equal((SilenceKind.Acknowledged, Team.Sales, Open), (silence.Kind, silence.Team, silence.At));
        Assert.Contains("<h1><bdi>Done</bdi></h1>", first, StringComparison.Ordinal);
        Assert.Contains("<h1><bdi>Already done</bdi></h1>", second, StringComparison.Ordinal);
        Assert.Contains("Before: sales said they are on it, until ", await http.GetStringAsync(Links(world, "marketing@example.com")[0], Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_other_teams_next_mail_tells_who_put_it_off_until_when_and_why()
    {
        await using var world = await MailedAsync("putOff");
        using var http = Client(world);
        await PostAsync(http, Links(world, "sales@example.com")[1], ("until", "Tomorrow"), ("reason", "they are on <holiday>\r\nBcc: x"));
        var until = Assert.Single((await world.Hub.StateAsync(Id("putOff"))).Ledger.Silences).Until;

        await world.SweepAsync(until);
        await world.SendAsync(until.AddMinutes(6));

        var next = world.Server.To("marketing@example.com")[^1];
        Assert.Equal(2, world.Server.To("marketing@example.com").Count);
        Assert.Contains($"Before: sales put it off until {until:ddd d MMM, HH:mm} UTC: they are on <holiday> Bcc: x", next.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<holiday>", next.Html, StringComparison.Ordinal);
        Assert.Contains("they are on", next.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_it_is_put_off_nothing_that_waits_is_told()
    {
        await using var world = await MailedAsync("silent", "--Teams:marketing:QuietHours=08:00-12:00");
        using var http = Client(world);
        await PostAsync(http, Links(world, "sales@example.com")[1], ("until", "InThreeDays"));

        await world.SendAsync(Open.AddHours(5));

        Assert.Empty(world.Server.To("marketing@example.com"));
        Assert.Equal(["marketing Snoozed", "sales Sent"], await world.OutcomesAsync(Id("silent")));
    }

    [Fact]
    public async Task A_link_to_say_we_are_on_it_puts_nothing_off()
    {
        await using var world = await MailedAsync("purpose");
        using var http = Client(world);

        await PostAsync(http, Links(world, "sales@example.com")[0], ("until", "InThreeDays"));

        Assert.Equal(SilenceKind.Acknowledged, Assert.Single((await world.Hub.StateAsync(Id("purpose"))).Ledger.Silences).Kind);
    }

    [Fact]
    public async Task A_choice_that_nobody_offered_puts_nothing_off()
    {
        await using var world = await MailedAsync("odd");
        using var http = Client(world);

        await PostAsync(http, Links(world, "sales@example.com")[1], ("until", "42"));
        await PostAsync(http, Links(world, "sales@example.com")[1]);
        var booked = await PostAsync(http, Links(world, "sales@example.com")[1], ("until", "UntilActivity"));

        Assert.Empty((await world.Hub.StateAsync(Id("odd"))).Ledger.Silences);
        Assert.Contains("No activity lies ahead", booked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, HttpStatusCode.OK)]
    [InlineData(0, HttpStatusCode.Gone)]
    [InlineData(1, HttpStatusCode.Gone)]
    public async Task A_link_stops_to_work_after_its_time(int seconds, HttpStatusCode status)
    {
        await using var world = await MailedAsync($"old{seconds}");
        using var http = Client(world);
        _clock.AdjustTime(Open.AddDays(7).AddSeconds(seconds));

        using var shown = await http.GetAsync(Links(world, "sales@example.com")[0], Token);
        using var acted = await http.PostAsync(Links(world, "sales@example.com")[0], null, Token);

        Assert.Equal((status, status), (shown.StatusCode, acted.StatusCode));
        Assert.Equal(status == HttpStatusCode.OK ? 1 : 0, (await world.Hub.StateAsync(Id($"old{seconds}"))).Ledger.Silences.Length);
    }

    [Fact]
    public async Task An_expired_link_says_nothing_of_the_lead_nor_of_what_was_done()
    {
        await using var world = await MailedAsync("expired");
        using var http = Client(world);
        await PostAsync(http, Links(world, "sales@example.com")[1], ("until", "Tomorrow"), ("reason", "they are on holiday, see https://evil.example/x"));
        var reason = Assert.Single((await world.Hub.StateAsync(Id("expired"))).Ledger.Silences).Reason;
        _clock.AdjustTime(Open.AddDays(7));

        using var shown = await http.GetAsync(Links(world, "sales@example.com")[1], Token);

        Assert.Equal("they are on holiday, see (link left out)", reason);
        Assert.Equal(HttpStatusCode.Gone, shown.StatusCode);
        Assert.DoesNotContain("holiday", await shown.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forged_link_is_not_found()
    {
        await using var world = await MailedAsync("forged");
        using var http = Client(world);
        var link = Links(world, "sales@example.com")[0];

        using var shown = await http.GetAsync($"{link[..^4]}AAAA", Token);
        using var acted = await http.PostAsync($"{link[..^4]}AAAA", null, Token);
        using var nothing = await http.GetAsync($"{world.Hub.Url}api/alerts/x", Token);

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.NotFound], [shown.StatusCode, acted.StatusCode, nothing.StatusCode]);
        Assert.Empty((await world.Hub.StateAsync(Id("forged"))).Ledger.Silences);
    }

    [Fact]
    public async Task A_link_about_a_lead_that_has_moved_on_says_so()
    {
        await using var world = await MailedAsync("gone");
        using var http = Client(world);
        await world.Hub.LeadAsync(Id("gone"), Claim(FunnelStage.Evaluation, Open));

        var shown = await http.GetStringAsync(Links(world, "sales@example.com")[0], Token);
        var acted = await PostAsync(http, Links(world, "sales@example.com")[0]);

        Assert.Contains("The lead has moved on", shown, StringComparison.Ordinal);
        Assert.Contains("The lead has moved on", acted, StringComparison.Ordinal);
        Assert.DoesNotContain("<form", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_lets_no_script_in_is_kept_nowhere_and_names_no_person()
    {
        await using var world = await MailedAsync("page");
        using var http = Client(world);

        using var answer = await http.GetAsync(Links(world, "sales@example.com")[1], Token);

        var page = await answer.Content.ReadAsStringAsync(Token);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.DoesNotContain("script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.Contains("Engines Ltd", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Lovelace", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_with_the_details_offers_both_answers_and_names_no_person_and_no_amount()
    {
        await using var world = await MailedAsync("details", OpenDeal("details", 12_000m, "EUR", Monday));
        using var http = Client(world);
        var link = Details().Match(world.Server.To("sales@example.com")[^1].Text).Groups[1].Value;

        var shown = await http.GetStringAsync(link, Token);
        var posted = await PostAsync(http, link);
        var untouched = (await world.Hub.StateAsync(Id("details"))).Ledger.Silences.Length;
        var done = await PostAsync(http, $"api/alerts/{Posts().Match(shown).Groups[1].Value}");
        var notNow = await http.GetStringAsync($"api/alerts/{Follows().Match(shown).Groups[1].Value}", Token);

        Assert.Equal((shown.Contains("The limit is 2 days.", StringComparison.Ordinal), 0), (true, untouched));
        Assert.Contains("We are on it", posted, StringComparison.Ordinal);
        Assert.DoesNotContain("Lovelace", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("12,000", shown, StringComparison.Ordinal);
        Assert.Contains("<h1><bdi>Done</bdi></h1>", done, StringComparison.Ordinal);
        Assert.Contains("Why not now?", notNow, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_instances_sign_with_the_one_key_that_the_first_made()
    {
        await using var world = await MailedAsync("key");
        await using var other = await TestHub.CreateAsync(azurite, _clock, []);
        await other.StartAsync();
        using var http = new HttpClient();
        var link = Links(world, "sales@example.com")[0];

        using var answer = await http.GetAsync($"{other.Url}{link[link.IndexOf("api/", StringComparison.Ordinal)..]}", Token);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static HttpClient Client(MailWorld world) => new() { BaseAddress = world.Hub.Url };

    /// <summary>The links of the last mail to an address: to acknowledge, and to put off. They name the public address; the hub serves elsewhere.</summary>
    private static IReadOnlyList<string> Links(MailWorld world, string address) =>
        [.. Link().Matches(world.Server.To(address)[^1].Text).Select(link => $"{world.Hub.Url}{link.Groups[1].Value}")];

    private static async Task<string> PostAsync(HttpClient http, string link, params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.ToDictionary(field => field.Name, field => field.Value));
        using var answer = await http.PostAsync(link, content, Token);
        return await answer.Content.ReadAsStringAsync(Token);
    }

    /// <summary>A serving hub in which both teams have been told of one lead, as far as it is not quiet for them.</summary>
    private Task<MailWorld> MailedAsync(string lead, params string[] settings) => MailedAsync(lead, [], settings);

    private Task<MailWorld> MailedAsync(string lead, Fact fact) => MailedAsync(lead, [fact], []);

    private async Task<MailWorld> MailedAsync(string lead, Fact[] facts, string[] settings)
    {
        var world = await MailWorld.CreateAsync(azurite, _clock, [], [.. MailWorld.BothTeams, .. settings]);
        await world.LeadOnAsync(facts.Length == 0 ? FunnelStage.Interest : FunnelStage.Evaluation, Id(lead), facts);
        await world.SweepAsync(Due);
        await world.SendAsync(Open);
        await world.Hub.StartAsync();
        return world;
    }

    [GeneratedRegex(@"(?:We are on it|Not now): http://localhost:7071/(api/alerts/\S+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"See the details: http://localhost:7071/(api/alerts/\S+)")]
    private static partial Regex Details();

    [GeneratedRegex("""<form method="post" action="([^"]+)">""")]
    private static partial Regex Posts();

    [GeneratedRegex("""<a href="([^"]+)">Not now""")]
    private static partial Regex Follows();
}
