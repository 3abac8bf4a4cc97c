using System.Diagnostics.Metrics;
using Azure.Data.Tables;
using IntegrationHub.Embedded.Tests;
using IntegrationHub.Functions.Alerts;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Ops;
using IntegrationHub.Funnel;
using IntegrationHub.Functions.Tests.Identity;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

/// <summary>What a sweep costs. The benchmark <c>deadlines</c> does the same with a million rows. It runs when nobody else does, as all count in one meter.</summary>
[Collection(nameof(OwnTables))]
public sealed class SweepCostTests
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
    private static async Task<long> RequestsAsync(int rows)
    {
        await using var azurite = await AzuriteProcess.StartAsync();
        await using var hub = new TestHub(azurite.ConnectionString, new ManualClock(Monday), []);
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

        var requests = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument is { Name: "hub.table.requests", Meter.Name: HubMetrics.MeterName })
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref requests, value));
        listener.Start();
        await hub.Get<StallFlow>().SweepAsync(Token);
        var swept = Interlocked.Read(ref requests);

        Assert.All(await Task.WhenAll(Enumerable.Range(0, Due).Select(number => hub.StateAsync(Id($"due{number}")))), state => Assert.Single(state.Ledger.Alerts));
        return swept;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
