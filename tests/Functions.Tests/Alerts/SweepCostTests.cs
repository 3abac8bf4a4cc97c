using Azure.Data.Tables;
using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

/// <summary>What a sweep costs. The benchmark <c>deadlines</c> does the same with a million rows.</summary>
public sealed class SweepCostTests(Azurite azurite)
{
    private const int Due = 20;

    [Fact]
    public async Task A_sweep_costs_what_is_due_and_not_how_many_leads_there_are()
    {
        var few = await RequestsAsync(100);
        var many = await RequestsAsync(3_000);

        Assert.Equal(few, many);
        Assert.InRange(few, 1, (Due * 3) + 1);
    }

    /// <summary>Counts the requests of one sweep in which as many leads are due, beside rows that are not.</summary>
    private async Task<long> RequestsAsync(int rows)
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), [], $"--Hub:TablePrefix={azurite.PrefixOfTest()}r{rows}");
        var deadlines = await hub.Get<HubTables>().GetAsync(HubTables.Deadlines, Token);
        foreach (var chunk in Enumerable.Range(0, rows).Chunk(100))
        {
            var dueAt = Monday.AddDays(1).AddSeconds(chunk[0]);
            await deadlines.SubmitTransactionAsync(chunk.Select(number => new TableTransactionAction(TableTransactionActionType.Add, DeadlineStore.RowFor(Id($"later{number}"), dueAt, Monday))), Token);
        }

        for (var number = 0; number < Due; number++)
        {
            await hub.LeadAsync(Id($"due{number}"), Claim(FunnelStage.Interest, Monday.AddDays(-2)));
        }

        using var counters = hub.Count();
        await hub.Get<StallFlow>().SweepAsync(Token);
        var swept = counters["hub.table.requests"];

        Assert.All(await Task.WhenAll(Enumerable.Range(0, Due).Select(number => hub.StateAsync(Id($"due{number}")))), state => Assert.Single(state.Ledger.Alerts));
        return swept;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
