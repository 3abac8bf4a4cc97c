using System.Security.Cryptography;
using Azure.Data.Tables;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Journeys;

public sealed class JourneyStoreTests(Azurite azurite)
{
    private static readonly string Recorded = Repository.PathTo("tests", "Functions.Tests", "Journeys", "Recorded", "journey-format-1.txt");

    private static readonly string RecordedSum = Repository.PathTo("tests", "Functions.Tests", "Journeys", "Recorded", "journey-format-2.txt");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(10, 0, 1)]
    [InlineData(5_000, 0, 1)]
    [InlineData(5_000, 400, 5)]
    public async Task Loading_costs_one_request_for_each_row_and_does_not_grow_with_the_facts_that_fit(int facts, int noise, int requests)
    {
        await using var hub = await NewHubAsync();
        await SaveAsync(hub, Id("many"), Touches(facts, noise));
        using var counters = hub.Count();

        var loaded = await hub.Get<JourneyStore>().LoadAsync(Id("many"), Token);

        Assert.InRange(counters["hub.table.requests"], 1, requests);
        Assert.Equal(facts, loaded.State.Facts.Count);
    }

    [Fact]
    public async Task Facts_that_lie_in_rows_which_continue_the_first_are_read_with_those_that_came_later()
    {
        await using var hub = await NewHubAsync();
        var (store, lead) = (hub.Get<JourneyStore>(), Id("continued"));
        var facts = Touches(3_000, 400);
        var saved = await SaveAsync(hub, lead, facts);
        var late = Claim(FunnelStage.Interest, Monday);

        await store.SaveAsync(saved, saved.State with { Facts = saved.State.Facts.Add(late.DedupeKey, late) }, null, [], Token);
        var loaded = await store.LoadAsync(lead, Token);

        Assert.NotEqual(0, loaded.Pages);
        Assert.Equal(facts.Append<Fact>(late).Select(fact => fact.DedupeKey).Order(), loaded.State.Facts.Keys.Order());
    }

    [Theory]
    [InlineData(400, 20_000)]
    [InlineData(60, 200_000)]
    public async Task Eight_megabytes_of_facts_in_one_save_are_all_there(int facts, int noise)
    {
        await using var hub = await NewHubAsync();
        var (store, lead) = (hub.Get<JourneyStore>(), Id("eight"));
        await SaveAsync(hub, Id("other"), Touches(1, 0));

        await SaveAsync(hub, lead, Touches(facts, noise));

        Assert.Equal(facts, (await store.LoadAsync(lead, Token)).State.Facts.Count);
        await store.EmptyAsync(await store.LoadAsync(lead, Token), new() { ErasedAt = Monday }, Token);
        Assert.Equal([$"journey-{lead}"], await RowsAsync(hub, lead));
    }

    [Fact]
    public async Task Of_two_writers_of_long_histories_the_second_finds_that_it_was_not_the_first_and_no_fact_is_lost()
    {
        await using var hub = await NewHubAsync();
        var (store, lead) = (hub.Get<JourneyStore>(), Id("writers"));
        var known = await SaveAsync(hub, lead, Touches(1, 0));
        var (one, other) = (Touches(300, 20_000, "one"), Touches(300, 20_000, "other"));

        var outcomes = await Task.WhenAll(new[] { one, other }.Select(async facts =>
        {
            try
            {
                await SaveAsync(hub, known, facts);
                return true;
            }
            catch (StaleJourneyException)
            {
                return false;
            }
        }));
        var loaded = await store.LoadAsync(lead, Token);

        Assert.InRange(outcomes.Count(saved => saved), 0, 1);
        var expected = outcomes switch { [true, _] => one, [_, true] => other, _ => [] };
        Assert.Equal(expected.Concat(Touches(1, 0)).Select(fact => fact.DedupeKey).Order(), loaded.State.Facts.Keys.Order());

        await SaveAsync(hub, loaded, [.. one, .. other]);
        Assert.Equal(601, (await store.LoadAsync(lead, Token)).State.Facts.Count);
    }

    [Fact]
    public async Task A_row_of_a_format_that_the_hub_does_not_know_is_refused_and_left_as_it_is()
    {
        await using var hub = await NewHubAsync();
        var lead = Id("unknown");
        await SaveAsync(hub, lead, Touches(1, 0));
        var journeys = await hub.Get<HubTables>().GetAsync(HubTables.Journeys, Token);
        await journeys.UpdateEntityAsync(new TableEntity(lead.Value, $"journey-{lead}") { ["Format"] = 99 }, Azure.ETag.All, TableUpdateMode.Merge, Token);
        var before = await journeys.GetEntityAsync<TableEntity>(lead.Value, $"journey-{lead}", cancellationToken: Token);

        var refused = await Assert.ThrowsAsync<NewerRowException>(() => hub.Journeys.ApplyAsync(lead, [Claim(FunnelStage.Interest, Monday)], Token));

        Assert.Contains("format 99", refused.Message, StringComparison.Ordinal);
        var after = await journeys.GetEntityAsync<TableEntity>(lead.Value, $"journey-{lead}", cancellationToken: Token);
        Assert.Equal(before.Value.ETag, after.Value.ETag);
    }

    /// <summary>The file is the value Data0 as a hub wrote it, in Base64. It is never written again; each further format gets a file of its own.</summary>
    [Fact]
    public async Task A_recorded_row_of_format_1_is_read_as_the_state_that_was_stored()
    {
        await using var hub = await NewHubAsync();
        var (lead, facts) = (LeadId.Parse("d243d828eb0f5fd302f43e9b"), RecordedFacts());
        var row = new TableEntity(lead.Value, $"journey-{lead}") { ["Format"] = 1, ["Pages"] = 0, ["Revision"] = 7 };
        row["Data0"] = Convert.FromBase64String((await File.ReadAllTextAsync(Recorded, Token)).Trim());
        var journeys = await hub.Get<HubTables>().GetAsync(HubTables.Journeys, Token);
        await journeys.UpsertEntityAsync(row, TableUpdateMode.Replace, Token);

        var loaded = await hub.Get<JourneyStore>().LoadAsync(lead, Token);

        var expected = StateOf(lead, Monday, facts);
        Assert.Equal(7, loaded.Revision);
        Assert.Equal(JourneyFold.Fold(lead, expected.Facts.Values, Policy).Hash, JourneyFold.Fold(lead, loaded.State.Facts.Values, Policy).Hash);
        Assert.Equal(expected.Ledger.Handoffs.Select(handoff => handoff.Id), loaded.State.Ledger.Handoffs.Select(handoff => handoff.Id));
    }

    /// <summary>The facts of the recorded row, and the sum of those before the last two.</summary>
    [Fact]
    public async Task A_recorded_row_of_format_2_is_read_as_the_state_that_was_stored()
    {
        await using var hub = await NewHubAsync();
        var (lead, facts) = (LeadId.Parse("d243d828eb0f5fd302f43e9b"), RecordedFacts());
        var row = new TableEntity(lead.Value, $"journey-{lead}") { ["Format"] = 2, ["Pages"] = 0, ["Revision"] = 9 };
        row["Data0"] = Convert.FromBase64String((await File.ReadAllTextAsync(RecordedSum, Token)).Trim());
        var journeys = await hub.Get<HubTables>().GetAsync(HubTables.Journeys, Token);
        await journeys.UpsertEntityAsync(row, TableUpdateMode.Replace, Token);

        var loaded = await hub.Get<JourneyStore>().LoadAsync(lead, Token);

        Assert.Equal(4, Assert.Single(loaded.State.Facts.Values.OfType<FactsSummed>()).Count);
        Assert.Equal(JourneyFold.Fold(lead, facts, Policy).Hash, JourneyFold.Fold(lead, loaded.State.Facts.Values, Policy).Hash);
    }

    [Fact]
    public async Task A_row_has_the_second_format_only_with_a_sum_so_that_an_older_hub_reads_the_others()
    {
        await using var hub = await NewHubAsync();
        var lead = Id("formats");
        var few = await SaveAsync(hub, lead, Touches(100, 0));
        Assert.Equal(1, await FormatAsync(hub, lead));

        var many = few.State with { Facts = few.State.Facts.SetItems(Touches(400, 0, "more").Select(fact => KeyValuePair.Create(fact.DedupeKey, (Fact)fact))) };
        await hub.Get<JourneyStore>().SaveAsync(few, SummingRules.Within(many, Policy with { FactsPerLead = 200 }), null, [], Token);

        Assert.Equal(2, await FormatAsync(hub, lead));
        var loaded = (await hub.Get<JourneyStore>().LoadAsync(lead, Token)).State.Facts;
        Assert.Equal((101, 400), (loaded.Count, loaded.Values.OfType<FactsSummed>().Single().Count));
        Assert.Equal(JourneyFold.Fold(lead, many.Facts.Values, Policy).Hash, JourneyFold.Fold(lead, loaded.Values, Policy).Hash);
    }

    [Theory]
    [InlineData(3_000)]
    [InlineData(10)]
    public async Task A_fact_that_is_taken_away_does_not_come_back_out_of_a_further_row(int left)
    {
        await using var hub = await NewHubAsync();
        var (store, lead) = (hub.Get<JourneyStore>(), Id($"removed{left}"));
        var saved = await SaveAsync(hub, lead, Touches(3_001, 400));
        Assert.NotEqual(0, saved.Pages);

        var fewer = saved.State with { Facts = saved.State.Facts.RemoveRange(Touches(3_001 - left, 0).Select(fact => fact.DedupeKey)) };
        var without = await store.SaveAsync(saved, fewer, null, [], Token);
        var loaded = await store.LoadAsync(lead, Token);

        Assert.Equal(fewer.Facts.Keys.Order(), loaded.State.Facts.Keys.Order());
        Assert.Equal(1 + without.Pages, (await RowsAsync(hub, lead)).Count);
        Assert.DoesNotContain($"facts-{lead}-0000", await RowsAsync(hub, lead));
        var grown = await SaveAsync(hub, loaded, Touches(3_000, 400, "more"));
        Assert.Equal(left + 3_000, (await store.LoadAsync(lead, Token)).State.Facts.Count);
        await store.EmptyAsync(grown, new() { ErasedAt = Monday }, Token);
        Assert.Equal([$"journey-{lead}"], await RowsAsync(hub, lead));
    }

    private static async Task<int?> FormatAsync(TestHub hub, LeadId lead)
    {
        var journeys = await hub.Get<HubTables>().GetAsync(HubTables.Journeys, Token);
        return (await journeys.GetEntityAsync<TableEntity>(lead.Value, $"journey-{lead}", cancellationToken: Token)).Value.GetInt32("Format");
    }

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), []);

    private static Fact[] RecordedFacts() =>
    [
        Claim(FunnelStage.Interest, Monday.AddDays(-2)),
        Claim(FunnelStage.Evaluation, Monday.AddDays(-1)),
        Known("hubspot", "recorded"),
        Profile(new() { FirstName = "Ada", Company = "Engines Ltd" }),
        OpenDeal("1", 1200.50m, "EUR", Monday.AddHours(-1)),
        OptedOut(),
    ];

    private static Task<JourneyRecord> SaveAsync(TestHub hub, LeadId lead, Fact[] facts) => SaveAsync(hub, JourneyRecord.New(lead), facts);

    private static Task<JourneyRecord> SaveAsync(TestHub hub, JourneyRecord before, Fact[] facts)
    {
        var state = before.State with { Facts = before.State.Facts.SetItems(facts.Select(fact => KeyValuePair.Create(fact.DedupeKey, fact))) };
        return hub.Get<JourneyStore>().SaveAsync(before, state, null, [], Token);
    }

    /// <summary>Facts with details that cannot be compressed.</summary>
    private static CampaignTouched[] Touches(int count, int noise, string name = "touch") => [.. Enumerable.Range(0, count).Select(number => new CampaignTouched
    {
        DedupeKey = $"{name}|{number}",
        Connector = "hubspot",
        Side = ToolSide.Marketing,
        OccurredAt = Monday.AddSeconds(number),
        ReceivedAt = Monday.AddSeconds(number),
        Touch = TouchKind.Click,
        Detail = Convert.ToBase64String(RandomNumberGenerator.GetBytes(noise)),
    })];

    private static async Task<IReadOnlyList<string>> RowsAsync(TestHub hub, LeadId lead)
    {
        var journeys = await hub.Get<HubTables>().GetAsync(HubTables.Journeys, Token);
        return await journeys.QueryAsync<TableEntity>(row => row.PartitionKey == lead.Value, select: ["RowKey"], cancellationToken: Token).Select(row => row.RowKey).ToListAsync(Token);
    }
}
