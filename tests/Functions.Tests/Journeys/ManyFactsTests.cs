using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Journeys;

/// <summary>One lead with more facts than anybody has: a form that a script sends again and again. <c>HUB_TEST_FACTS</c> says how many; fifty thousand take some
/// minutes.</summary>
public sealed class ManyFactsTests(Azurite azurite)
{
    private const int Most = 200;

    private static readonly int Facts = Amount.Of("HUB_TEST_FACTS", 2_000);

    private static readonly FunnelSettings Settings = Policy with { FactsPerLead = Most };

    /// <summary>Recent, so that the stage of no lead is overdue.</summary>
    private static readonly DateTimeOffset Begin = Monday.AddHours(-20);

    private readonly StillTimeProvider _clock = new(Monday);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_flooded_lead_costs_as_many_requests_and_bytes_as_one_that_has_reached_the_limit()
    {
        await using var hub = await NewHubAsync();
        var lead = Id("flood");
        await hub.LeadAsync(lead, Known("hubspot", "flood"), Claim(FunnelStage.Interest, Begin));
        await FloodAsync(hub, lead, 0, Most);
        var few = await CostAsync(hub, lead, Most);

        await FloodAsync(hub, lead, Most + 1, Facts - Most);
        var many = await CostAsync(hub, lead, Facts + 1);

        TestContext.Current.TestOutputHelper!.WriteLine($"{Facts} facts: {few}, then {many}.");
        Assert.Equal((few.Event, few.Load, few.Page), (many.Event, many.Load, many.Page));
        Assert.Equal((1, 1, 1), (many.Event, many.Load, many.Page));
        Assert.InRange(many.Bytes, 1, 64 * 1024);
        Assert.InRange((await hub.StateAsync(lead)).Facts.Count, 1, Most);
        Assert.Equal([$"journey-{lead}"], await RowsAsync(hub, lead));
    }

    [Fact]
    public async Task An_erasure_of_a_flooded_lead_costs_what_one_of_a_small_lead_costs_and_buries_the_keys_of_summed_facts()
    {
        await using var hub = await NewHubAsync();
        var (first, small, flooded) = (Id("first"), Id("small"), Id("flooded"));
        foreach (var (lead, facts) in new[] { (first, 2), (small, 3), (flooded, Facts / 4) })
        {
            await hub.LeadAsync(lead, Known("hubspot", $"erased{facts}"), Claim(FunnelStage.Interest, Begin));
            await FloodAsync(hub, lead, 0, facts);
        }

        // The first erasure makes tables.
        await EraseAsync(hub, first);
        var one = await EraseAsync(hub, small);
        var other = await EraseAsync(hub, flooded);

        Assert.Equal(one, other);
        Assert.True((await hub.Get<IdentityStore>().LookUpAsync(IdentityKey.Person("hubspot", $"erased{Facts / 4}"), Token)).Erased);
    }

    [Fact]
    public async Task Why_says_that_earlier_steps_are_summed_up_and_what_they_led_to()
    {
        await using var hub = await NewHubAsync();
        var lead = Id("why");
        await hub.LeadAsync(lead, Known("hubspot", "summed-why"), Claim(FunnelStage.Interest, Begin));
        await FloodAsync(hub, lead, 0, 300);
        var late = Claim(FunnelStage.Referral, Begin.AddSeconds(50));

        await hub.Journeys.ApplyAsync(lead, [late], Token);

        using var why = JsonDocument.Parse(JsonSerializer.Serialize(await hub.Get<Functions.Leads.LeadQuery>().ExplainAsync(lead, Token), HubJson.Options));
        var steps = why.RootElement.GetProperty("steps").EnumerateArray().ToList();
        var summed = Assert.Single(steps, step => step.GetProperty("rule").GetString() == "summed-up");
        Assert.Matches("^[0-9]+ earlier steps from 2026-01-31T.* to .* are summed up: what they led to stays$", summed.GetProperty("reason").GetString());
        Assert.Contains(steps, step => step.GetProperty("step").GetString() == "staged" && step.GetProperty("stage").GetString() == "interest");
        var notMoved = Assert.Single(why.RootElement.GetProperty("notMoved").EnumerateArray());
        Assert.Equal(("late", "summed-up"), (notMoved.GetProperty("effect").GetString(), notMoved.GetProperty("rule").GetString()));
        Assert.Equal(FunnelStage.Interest, JourneyFold.Fold(lead, (await hub.StateAsync(lead)).Facts.Values, Settings).Stage);
    }

    [Fact]
    public async Task A_late_opt_out_counts_however_much_is_summed_up_and_a_repeated_fact_of_the_sum_is_a_duplicate()
    {
        await using var hub = await NewHubAsync();
        var lead = Id("late");
        await hub.LeadAsync(lead, Known("hubspot", "summed-late"), Claim(FunnelStage.Interest, Begin));
        await FloodAsync(hub, lead, 0, 300);
        var before = await hub.StateAsync(lead);

        await hub.Journeys.ApplyAsync(lead, [Touch(0), Touch(1)], Token);
        Assert.Equal(before.Facts.Keys.Order(), (await hub.StateAsync(lead)).Facts.Keys.Order());

        await hub.Journeys.ApplyAsync(lead, [OptedOut() with { OccurredAt = Begin.AddSeconds(50) }], Token);
        Assert.Equal(ConsentState.OptedOut, JourneyFold.Fold(lead, (await hub.StateAsync(lead)).Facts.Values, Settings).EmailConsent);
    }

    [Fact]
    public async Task The_history_and_the_steps_of_a_lead_come_in_pages_that_follow_each_other_while_facts_arrive()
    {
        await using var hub = await NewHubAsync();
        var lead = Id("pages");
        await hub.LeadAsync(lead, Known("hubspot", "summed-pages"), Claim(FunnelStage.Interest, Begin));
        await FloodAsync(hub, lead, 0, 120);
        var stored = (await hub.StateAsync(lead)).Facts.Count;
        await hub.StartAsync();
        using var http = new HttpClient { BaseAddress = hub.Url, DefaultRequestHeaders = { { "x-functions-key", TestHub.Key } } };

        var history = await ListAsync(hub, http, lead, "api/leads?connector=hubspot&id=summed-pages&top=50", "history");
        var steps = await ListAsync(hub, http, lead, $"api/leads/{lead}/why?top=50", "steps");

        Assert.Equal((3, stored), (history.Pages, history.Rows.Count));
        Assert.Equal(history.Rows.Count, history.Rows.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(steps.Rows.Count, steps.Rows.Distinct(StringComparer.Ordinal).Count());
        Assert.True(steps.Pages > 2 && steps.Rows.Count > stored);
        using var wrong = await http.GetAsync(new Uri($"api/leads/{lead}?after=eHg", UriKind.Relative), Token);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    private static async Task<(int Pages, List<string> Rows)> ListAsync(TestHub hub, HttpClient http, LeadId lead, string path, string part)
    {
        var (pages, rows) = (0, new List<string>());
        for (var next = (string?)path; next is not null; pages++)
        {
            using var answer = await http.GetAsync(new Uri(next, UriKind.Relative), Token);
            using var page = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token));
            rows.AddRange(page.RootElement.GetProperty(part).EnumerateArray().Select(row => row.ToString()));
            next = answer.Headers.TryGetValues("Link", out var links) ? Regex.Match(links.Single(), "^</(api/leads/[^>]*)>; rel=\"next\"$").Groups[1].Value : null;
            if (pages == 0)
            {
                // Earlier than the next page begins, and therefore on none.
                await hub.Journeys.ApplyAsync(lead, [Touch(5) with { DedupeKey = $"early|{part}" }], Token);
            }
        }

        return (pages, rows);
    }

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(Settings, azurite, _clock, []);

    private static async Task FloodAsync(TestHub hub, LeadId lead, int from, int count)
    {
        foreach (var delivery in Enumerable.Range(from, count).Chunk(100))
        {
            await hub.Journeys.ApplyAsync(lead, [.. delivery.Select(Touch)], Token);
        }
    }

    private static async Task<Cost> CostAsync(TestHub hub, LeadId lead, int number)
    {
        using var counters = hub.Count();
        await hub.Journeys.ApplyAsync(lead, [Touch(number)], Token);
        var happened = counters["hub.table.requests"];
        await hub.Get<JourneyStore>().LoadAsync(lead, Token);
        var loaded = counters["hub.table.requests"] - happened;
        Assert.NotNull(await hub.Get<Functions.Leads.LeadQuery>().FindAsync(lead, Token));
        var shown = counters["hub.table.requests"] - happened - loaded;
        var journeys = await hub.Get<HubTables>().GetAsync(HubTables.Journeys, Token);
        var row = (await journeys.GetEntityAsync<TableEntity>(lead.Value, $"journey-{lead}", cancellationToken: Token)).Value;
        return new(happened, loaded, shown, row.Where(column => column.Value is byte[]).Sum(column => ((byte[])column.Value).Length));
    }

    private static async Task<long> EraseAsync(TestHub hub, LeadId lead)
    {
        using var counters = hub.Count();
        await hub.Get<ErasureFlow>().EraseAsync(lead, Token);
        return counters["hub.table.requests"];
    }

    private static CampaignTouched Touch(int number) => new()
    {
        DedupeKey = $"hubspot|form|{number}",
        Connector = "hubspot",
        Side = ToolSide.Marketing,
        OccurredAt = Begin.AddSeconds(number + 1),
        ReceivedAt = Begin.AddSeconds(number + 1),
        MessageId = $"message-{number / 100}",
        Touch = TouchKind.Form,
        Campaign = "Spring fair",
        Detail = $"sent the form for the {number}. time",
    };

    private static async Task<IReadOnlyList<string>> RowsAsync(TestHub hub, LeadId lead)
    {
        var journeys = await hub.Get<HubTables>().GetAsync(HubTables.Journeys, Token);
        return await journeys.QueryAsync<TableEntity>(row => row.PartitionKey == lead.Value, select: ["RowKey"], cancellationToken: Token).Select(row => row.RowKey).ToListAsync(Token);
    }

    private sealed record Cost(long Event, long Load, long Page, int Bytes);
}
