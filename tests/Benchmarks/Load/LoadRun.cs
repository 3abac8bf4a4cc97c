using System.Diagnostics;
using Azure;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Benchmarks.Load;

/// <summary>The load run: the receive path beside what it is made of, then the whole way of an event beside what Azurite allows.</summary>
internal static class LoadRun
{
    private const string ReceiveOnly = "--AzureWebJobs.ProcessInbound.Disabled=true";
    private const string NothingCached = "--Hub:JourneyCacheMegabytes=0";

    public static async Task<int> RunAsync(LoadOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync($"{options.Events} events, {options.Leads} leads, {options.Connections} requests at once, {Environment.ProcessorCount} cores");
        var bare = await BareAsync(options, cancellationToken);
        var sends = await BrokerAsync(options, cancellationToken);
        var receive = await ReceiveAsync(options, cancellationToken);
        await output.WriteLineAsync($"""

            receive            requests/s  share
              bare Kestrel     {bare,10:0}
              broker's sends   {sends,10:0}
              hub              {receive,10:0}  {receive / bare:0.00} of Kestrel, {receive / sends:0.00} of the broker

            way of an event     events/s  of Azurite  table requests/event  bus operations/event   p50 ms   p99 ms  complete
            """);
        var complete = await WayAsync("lately known", options, deliveries => deliveries.Single(options.Events), output, cancellationToken)
            & await WayAsync("known", options, deliveries => deliveries.Single(options.Events), output, cancellationToken, NothingCached)
            & await WayAsync("batches of 100", options, deliveries => deliveries.Batches(options.Events), output, cancellationToken);
        return complete ? 0 : 1;
    }

    private static async Task<double> BareAsync(LoadOptions options, CancellationToken cancellationToken)
    {
        var url = FreePort.Url();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        await using var app = builder.Build();
        app.MapPost("/api/webhooks/hubspot", async (HttpRequest request) =>
        {
            var body = new byte[request.ContentLength!.Value];
            await request.Body.ReadExactlyAsync(body);
            return Results.Accepted(null, new { accepted = 1 });
        });
        await app.StartAsync(cancellationToken);
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1024 });
        return await MeasureAsync(http, new Deliveries(new Uri($"{url}/api/webhooks/hubspot"), [.. Enumerable.Range(1, options.Leads).Select(id => (long)id)]), options, cancellationToken);
    }

    private static async Task<double> ReceiveAsync(LoadOptions options, CancellationToken cancellationToken)
    {
        await using var hub = await HubUnderLoad.StartAsync(options.Leads, cancellationToken, ReceiveOnly);
        return await MeasureAsync(hub.Http, hub.Deliveries, options, cancellationToken);
    }

    /// <summary>The second of two runs counts: the first warms up.</summary>
    private static async Task<double> MeasureAsync(HttpClient http, Deliveries deliveries, LoadOptions options, CancellationToken cancellationToken)
    {
        await Rates.SendAsync(http, [.. deliveries.Single(options.Events)], options.Connections, cancellationToken);
        return await Rates.SendAsync(http, [.. deliveries.Single(options.Events)], options.Connections, cancellationToken);
    }

    private static async Task<double> BrokerAsync(LoadOptions options, CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("hub-load-bus-").FullName;
        var topology = Path.Combine(AppContext.BaseDirectory, "topology.json");
        await using (var bus = new ServiceBusClient($"Endpoint=sb://embedded/;DataDirectory={data};Topology={topology}"))
        {
            await using var sender = bus.CreateSender("inbound");
            var body = new byte[300];
            for (var run = 0; ; run++)
            {
                var rate = await Rates.RunAsync(
                    Enumerable.Range(0, options.Events).ToList(), options.Connections, async (_, token) => await sender.SendMessageAsync(new ServiceBusMessage(body), token), cancellationToken);
                if (run == 1)
                {
                    await bus.DisposeAsync();
                    Directory.Delete(data, recursive: true);
                    return rate;
                }
            }
        }
    }

    private static async Task<bool> WayAsync(
        string name, LoadOptions options, Func<Deliveries, IEnumerable<HttpRequestMessage>> make, TextWriter output, CancellationToken cancellationToken, params string[] settings)
    {
        await using var hub = await HubUnderLoad.StartAsync(options.Leads, cancellationToken, settings);
        var introductions = hub.Deliveries.Introduce().ToList();
        await Rates.SendAsync(hub.Http, introductions, options.Connections, cancellationToken);
        await hub.ProcessedAsync(introductions.Count, cancellationToken);
        var azurite = await AzuriteAsync(hub.Services.GetRequiredService<TableServiceClient>(), options, cancellationToken);
        hub.Counters.Reset();

        var requests = make(hub.Deliveries).ToList();
        var started = Stopwatch.GetTimestamp();
        await Rates.SendAsync(hub.Http, requests, options.Connections, cancellationToken);
        await hub.ProcessedAsync(requests.Count, cancellationToken);
        var rate = options.Events / Stopwatch.GetElapsedTime(started).TotalSeconds;

        var (tables, bus) = (hub.Counters["hub.table.requests"], hub.Counters["hub.bus.operations"]);
        // Each lead was introduced with an event of its own, and the vendor's answer to who it is.
        var (there, expected) = (await hub.EventsAsync(cancellationToken), options.Events + (2 * options.Leads));
        var complete = there == expected;
        await output.WriteLineAsync(
            $"  {name,-16} {rate,9:0} {rate / azurite,11:0.00} {(double)tables / options.Events,21:0.00} {(double)bus / options.Events,21:0.00} {hub.Counters.Latency(0.5),8:0} {hub.Counters.Latency(0.99),8:0}  {(complete ? "yes" : $"NO: {there} of {expected}")}");
        return complete;
    }

    /// <summary>Commits a second, as many at once as the hub has, of what one event costs it: replace the journey row under its ETag, add a fact row.</summary>
    private static async Task<double> AzuriteAsync(TableServiceClient service, LoadOptions options, CancellationToken cancellationToken)
    {
        var table = service.GetTableClient("Yardstick");
        await table.CreateIfNotExistsAsync(cancellationToken);
        var journey = new string('j', 700);
        var fact = new string('f', 350);
        var partitions = Enumerable.Range(0, Math.Min(options.Events, 3_000)).Select(number => $"lead{number:D5}").ToList();
        await Parallel.ForEachAsync(partitions, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = cancellationToken }, async (partition, token) =>
            await table.AddEntityAsync(new TableEntity(partition, "journey") { ["Ledger0"] = journey }, token));
        return await Rates.RunAsync(partitions, 32, async (partition, token) => await table.SubmitTransactionAsync(
            [
                new(TableTransactionActionType.UpdateReplace, new TableEntity(partition, "journey") { ["Ledger0"] = journey }, ETag.All),
                new(TableTransactionActionType.Add, new TableEntity(partition, "fact-1") { ["Json"] = fact }),
            ],
            token), cancellationToken);
    }
}
