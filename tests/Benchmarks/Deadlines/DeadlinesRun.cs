using System.Diagnostics;
using Azure.Core;
using Azure.Data.Tables;
using IntegrationHub.Functions;
using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using IntegrationHub.LocalPlatform.ServiceBus;
using IntegrationHub.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace IntegrationHub.Benchmarks.Deadlines;

/// <summary>What a sweep costs, by the size of the index: the real sweep over the real store, with an Azurite of its own for each run.</summary>
internal static class DeadlinesRun
{
    private const int RowsPerTransaction = 100;
    private const int AtOnce = 16;
    private const int Megabytes = 12_000;

    public static async Task<int> RunAsync(IReadOnlyList<int> sizes, int due, TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync("      rows    due  filled in s  swept in s  table requests");
        var counts = new List<long>(sizes.Count);
        foreach (var rows in sizes)
        {
            counts.Add(await SweepAsync(rows, due, output, cancellationToken));
        }

        var same = counts.Distinct().Count() == 1;
        await output.WriteLineAsync(same ? "The sweep costs what is due." : "The sweeps differ: what a sweep costs depends on how many leads there are.");
        return same ? 0 : 1;
    }

    private static async Task<long> SweepAsync(int rows, int due, TextWriter output, CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("hub-deadlines-").FullName;
        await using var azurite = await AzuriteProcess.StartAsync(Megabytes);
        await using var bus = await LocalBus.StartAsync(new() { DataDirectory = Path.Combine(data, "bus"), TopologyFile = Built.Topology }, cancellationToken);
        long requests;
        using (var counters = new Counters(HubMetrics.MeterName))
        using (var hub = BuildHub(azurite.ConnectionString, bus.ConnectionString, data))
        {
            var filling = Stopwatch.StartNew();
            await FillAsync(hub.Services.GetRequiredService<HubTables>(), rows - due, cancellationToken);
            await ApplyDueAsync(hub.Services.GetRequiredService<JourneyFlow>(), due, cancellationToken);
            filling.Stop();
            counters.Reset();
            var sweeping = Stopwatch.StartNew();
            await hub.Services.GetRequiredService<StallFlow>().SweepAsync(cancellationToken);
            var raised = counters["hub.commits"];
            requests = counters["hub.table.requests"];
            await output.WriteLineAsync($"{rows,10} {due,6} {filling.Elapsed.TotalSeconds,12:0.0} {sweeping.Elapsed.TotalSeconds,11:0.0} {requests,15}");
            if (raised != due)
            {
                throw new InvalidOperationException($"{due} leads are due, and the sweep raised {raised}.");
            }

        }

        await bus.DisposeAsync();
        Directory.Delete(data, recursive: true);
        return requests;
    }

    private static IHost BuildHub(string tables, string bus, string data) => Hub.Build(
    [
        "--urls=http://127.0.0.1:0",
        $"--Hub:DataDirectory={data}",
        $"--AzureWebJobsStorage={tables}",
        $"--ServiceBus={bus}",
        "--Hub:FunctionKey=benchmark",
        $"--Hub:Peppers={Given.Peppers}",
        $"--Archive:Keys={Given.ArchiveKeys}",
        "--Mail:Smtp:Host=localhost",
        "--Logging:LogLevel:Default=Warning",
        "--Funnel:Stages:interest:StallAfter=1.00:00:00",
        "--Alerts:HeadsUpAt=off",
        "--Alerts:EscalateAt=off",
    ],
    services => services.Replace(ServiceDescriptor.Singleton(provider => PatientClient(tables, provider.GetRequiredService<HubMetrics>()))));

    /// <summary>Counts like the hub's own client, and waits longer, because Azurite scans a whole table for each query.</summary>
    private static TableServiceClient PatientClient(string tables, HubMetrics metrics)
    {
        var options = new TableClientOptions { Retry = { NetworkTimeout = TimeSpan.FromMinutes(5) } };
        options.AddPolicy(metrics.CountTableRequests(), HttpPipelinePosition.PerRetry);
        return new(tables, options);
    }

    /// <summary>Leads that fall due later: a hundred in each second from tomorrow on, since one partition is one transaction.</summary>
    private static async Task FillAsync(HubTables tables, int rows, CancellationToken cancellationToken)
    {
        var now = DateTimeOffset.UtcNow;
        var deadlines = await tables.GetAsync(HubTables.Deadlines, cancellationToken);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, rows).Chunk(RowsPerTransaction), options, async (chunk, token) =>
        {
            var dueAt = now.AddDays(1).AddSeconds(chunk[0] / RowsPerTransaction);
            await deadlines.SubmitTransactionAsync(chunk.Select(number => new TableTransactionAction(TableTransactionActionType.UpsertReplace, DeadlineStore.RowFor(Later(number), dueAt, now))), token);
        });
    }

    private static async Task ApplyDueAsync(JourneyFlow journeys, int due, CancellationToken cancellationToken)
    {
        var at = DateTimeOffset.UtcNow.AddDays(-2);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, due), options, async (number, token) => await journeys.ApplyAsync(
            Given.Keys.LeadOf(IdentityKey.Person("hubspot", $"{number}")),
            [new StageClaimed { DedupeKey = $"hubspot|{number}", Connector = "hubspot", Side = ToolSide.Marketing, OccurredAt = at, ReceivedAt = at, Stage = FunnelStage.Interest, Raw = "lead" }],
            token));
    }

    /// <summary>In order, since Azurite keeps its keys sorted and a key in the middle moves all that follow.</summary>
    private static LeadId Later(int number) => LeadId.Parse($"{number:x24}");
}
