using System.Text.Json;
using Azure.Data.Tables;
using FsCheck.Fluent;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Tests.Requirements;

/// <summary>Random leads with facts of every kind, kept by the real hub in real tables. <c>HUB_TEST_SETS</c> says how many.</summary>
public sealed class SimulationTests(Azurite azurite)
{
    private const int OrdersOfEach = 3;
    private const int Largest = 40;
    private static readonly int Sets = Amount.Of("HUB_TEST_SETS", 20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Any_facts_in_any_order_however_often_are_stored_as_one_journey_and_their_explanation_replayed_alone_reproduces_it()
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Leads.Monday.AddDays(1)), []);
        await hub.StartAsync();
        using var http = new HttpClient { BaseAddress = hub.Url, DefaultRequestHeaders = { { "x-functions-key", TestHub.Key } } };
        var sets = AnyFacts.Sets.Generator.Sample(Sets, Largest).ToList();
        var leads = sets.SelectMany((set, number) => Enumerable.Range(0, OrdersOfEach).Select(order => (set.Facts, Seed: set.Seed + order, Lead: Leads.Id($"{number}-{order}")))).ToList();

        await Parallel.ForEachAsync(leads, Token, async (lead, token) =>
        {
            // Two workers at once, each with some of the deliveries.
            var deliveries = AnyFacts.Deliveries(AnyFacts.Redelivered(lead.Facts, lead.Seed), lead.Seed).ToList();
            await Parallel.ForEachAsync(deliveries, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = token }, async (delivery, stop) => await hub.Journeys.ApplyAsync(lead.Lead, delivery, stop));
        });

        var rows = await RowsAsync(hub);
        foreach (var lead in leads)
        {
            var expected = JourneyFold.Fold(lead.Lead, lead.Facts, Leads.Policy);
            var row = rows[lead.Lead.Value];
            Assert.Equal((expected.Hash, expected.Stage.ToString(), expected.EnteredAt), (row.GetString("Hash"), row.GetString("Stage"), row.GetDateTimeOffset("EnteredAt")));
            await ExplainsItselfAsync(hub, http, lead.Lead, expected);
        }
    }

    /// <summary>The facts that the explanation names, folded alone, are the journey; the stays that it tells are the journey's.</summary>
    private static async Task ExplainsItselfAsync(TestHub hub, HttpClient http, LeadId lead, Journey expected)
    {
        var why = JsonSerializer.Deserialize<JsonElement>(await http.GetStringAsync($"/api/leads/{lead}/why", Token));
        var named = Steps(why, "received").Select(step => step.GetProperty("source").GetProperty("factKey").GetString()).ToHashSet();
        var replayed = JourneyFold.Fold(lead, (await hub.StateAsync(lead)).Facts.Values.Where(fact => named.Contains(Given.Keys.HideIn(fact.DedupeKey))), Leads.Policy);

        Assert.Equal((expected.Hash, expected.Hash), (replayed.Hash, why.GetProperty("hash").GetString()));
        Assert.Equal(
            expected.Entries.Select(entry => (entry.Stage.ToString(), entry.EnteredAt, entry.Rule)).Order(),
            Steps(why, "staged").Select(step => (Capital(step.GetProperty("stage").GetString()!), step.GetProperty("occurredAt").GetDateTimeOffset(), step.GetProperty("rule").GetString()!)).Order());
    }

    private static IEnumerable<JsonElement> Steps(JsonElement why, string kind) => why.GetProperty("steps").EnumerateArray().Where(step => step.GetProperty("step").GetString() == kind);

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private static async Task<Dictionary<string, TableEntity>> RowsAsync(TestHub hub)
    {
        var rows = new Dictionary<string, TableEntity>();
        var journeys = await hub.Get<HubTables>().GetAsync(HubTables.Journeys, Token);
        await foreach (var row in journeys.QueryAsync<TableEntity>(select: ["PartitionKey", "RowKey", "Stage", "EnteredAt", "Hash"], cancellationToken: Token))
        {
            if (row.GetString("Hash") is not null)
            {
                rows.Add(row.PartitionKey, row);
            }
        }

        return rows;
    }
}
