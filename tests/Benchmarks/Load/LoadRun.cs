using System.Diagnostics;
using Azure;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using IntegrationHub.LocalPlatform.ServiceBus;
using IntegrationHub.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Benchmarks.Load;

/// <summary>The load run: each figure of the hub beside the figure of what limits it, all in one run on one machine.</summary>
internal static class LoadRun
{
    private static readonly (string, string) ReceiveOnly = ("AzureWebJobs.ProcessInbound.Disabled", "true");
    private static readonly (string, string) NothingCached = ("Hub__JourneyCacheMegabytes", "0");

    public static async Task<int> RunAsync(LoadOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync($"{options.Events} events, {options.Leads} leads, {options.Connections} requests at once, {Environment.ProcessorCount} cores");
        var start = await StartTime.MeasureAsync(cancellationToken);
        await output.WriteLineAsync($"from start to first accepted webhook: {start.TotalSeconds:0.0} s (bus, Azurite, maildev, host and worker; at most 4)");
        await ReceiveAsync(options, output, cancellationToken);
        await output.WriteLineAsync("""

            way of an event     events/s  Azurite's commits/s  of Azurite  table requests/event  bus operations/event  complete
            """);
        var complete = await WayAsync("new", options with { Events = options.Leads }, deliveries => deliveries.IntroduceSingly(), output, cancellationToken)
            & await WayAsync("lately known", options, deliveries => deliveries.Single(options.Events), output, cancellationToken)
            & await WayAsync("known", options, deliveries => deliveries.Single(options.Events), output, cancellationToken, NothingCached)
            & await WayAsync("batches of 100", options, deliveries => deliveries.Batches(options.Events), output, cancellationToken)
            & await HandoffRun.RunAsync(options, output, cancellationToken);
        return complete ? 0 : 1;
    }

    private static async Task ReceiveAsync(LoadOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        var bare = await BareAsync(options, cancellationToken);
        var empty = await EmptyFunctionAsync(options, cancellationToken);
        await using var hub = await HubUnderLoad.StartAsync(options.Leads, cancellationToken, ReceiveOnly);
        var sends = await BusSendsAsync(hub.Bus, options, cancellationToken);
        var receive = await MeasureAsync(hub.Http, hub.Deliveries, options, cancellationToken);
        await output.WriteLineAsync($"""

            receive                                       requests/s  share
              Kestrel, reads the body                     {bare,10:0}
              an empty function through the local host    {empty,10:0}  {empty / bare:0.00} of Kestrel
              the bus, one durable send a message         {sends,10:0}
              the hub: verified, on the bus               {receive,10:0}  {receive / empty:0.00} of the empty function, {receive / sends:0.00} of the bus
            """);
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
        using var http = NewClient();
        return await MeasureAsync(http, SomeDeliveries($"{url}/api/webhooks/hubspot", options), options, cancellationToken);
    }

    private static async Task<double> EmptyFunctionAsync(LoadOptions options, CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("hub-load-");
        Dictionary<string, string> settings = new()
        {
            ["Hub__DataDirectory"] = data.FullName,
            ["AzureWebJobsStorage"] = "UseDevelopmentStorage=true",
            ["ServiceBus"] = LocalBus.ConnectionStringFor(1),
            ["Mail__Smtp__Host"] = "localhost",
            ["Logging__LogLevel__Default"] = "Warning",
        };
        foreach (var function in new[] { "QueueProbe", "CompletingProbe", "SubscriptionProbe", "BatchProbe", "TimerProbe", "StartupTimerProbe" })
        {
            settings[$"AzureWebJobs.{function}.Disabled"] = "true";
        }

        double rate;
        await using (var host = new HostProcess(settings, Built.ProbeApp))
        {
            await host.StartAsync();
            using var http = NewClient();
            rate = await MeasureAsync(http, SomeDeliveries($"{host.Url}/api/sized", options), options, cancellationToken);
        }

        data.Delete(recursive: true);
        return rate;
    }

    private static async Task<double> BusSendsAsync(string bus, LoadOptions options, CancellationToken cancellationToken)
    {
        await using var client = new ServiceBusClient(bus);
        await using var sender = client.CreateSender("inbound");
        var body = new BinaryData(new byte[300]);
        var messages = Enumerable.Range(0, options.Events).ToList();
        await SendAsync();
        return await SendAsync();

        Task<double> SendAsync() => Rates.RunAsync(
            messages, options.Connections, async (_, token) => await sender.SendMessageAsync(new ServiceBusMessage(body), token), cancellationToken);
    }

    /// <summary>The second of two runs counts: the first warms up.</summary>
    private static async Task<double> MeasureAsync(HttpClient http, Deliveries deliveries, LoadOptions options, CancellationToken cancellationToken)
    {
        await Rates.SendAsync(http, [.. deliveries.Single(options.Events)], options.Connections, cancellationToken);
        return await Rates.SendAsync(http, [.. deliveries.Single(options.Events)], options.Connections, cancellationToken);
    }

    private static async Task<bool> WayAsync(
        string name,
        LoadOptions options,
        Func<Deliveries, IEnumerable<HttpRequestMessage>> make,
        TextWriter output,
        CancellationToken cancellationToken,
        params (string, string)[] settings)
    {
        await using var hub = await HubUnderLoad.StartAsync(options.Leads, cancellationToken, settings);
        var isNew = name == "new";
        var introductions = isNew ? [] : hub.Deliveries.Introduce().ToList();
        await Rates.SendAsync(hub.Http, introductions, options.Connections, cancellationToken);
        await hub.ProcessedAsync(introductions.Count, cancellationToken);
        var azurite = await AzuriteAsync(hub.Tables, options, cancellationToken);
        hub.Metrics.Reset();

        var requests = make(hub.Deliveries).ToList();
        var started = Stopwatch.GetTimestamp();
        await Rates.SendAsync(hub.Http, requests, options.Connections, cancellationToken);
        await hub.ProcessedAsync(requests.Count, cancellationToken);
        var rate = options.Events / Stopwatch.GetElapsedTime(started).TotalSeconds;

        var (tables, bus) = (hub.Metrics["hub.table.requests"] / options.Events, hub.Metrics["hub.bus.operations"] / options.Events);
        var memory = await hub.PeakMemoryAsync();

        // Each lead was introduced with an event of its own, and the vendor's answer to who it is.
        var (there, expected) = (await hub.EventsAsync(cancellationToken), options.Events + ((isNew ? 1 : 2) * options.Leads));
        var complete = there == expected;
        await output.WriteLineAsync(
            $"  {name,-16} {rate,9:0} {azurite,20:0} {rate / azurite,11:0.00} {tables,21:0.00} {bus,21:0.00}  {(complete ? "yes" : $"NO: {there} of {expected}")}");
        await WriteRequestsAsync(hub.Metrics, options.Events, output);
        await output.WriteLineAsync($"    memory at most: {string.Join(", ", memory.Select(process => $"{process.Process} {process.Megabytes} MiB"))}");
        return complete;
    }

    /// <summary>Writes which requests to the tables there were, an event each.</summary>
    public static async Task WriteRequestsAsync(WorkerMetrics metrics, int events, TextWriter output)
    {
        foreach (var (tags, count) in metrics.ByTags("hub.table.requests"))
        {
            await output.WriteLineAsync($"    {count / events,6:0.00} {tags}");
        }
    }

    /// <summary>Commits a second, as many at once as the hub has, of what one event costs it: replace the journey row.</summary>
    private static async Task<double> AzuriteAsync(string tables, LoadOptions options, CancellationToken cancellationToken)
    {
        var table = new TableServiceClient(tables).GetTableClient("Yardstick");
        await table.CreateIfNotExistsAsync(cancellationToken);
        var journey = new byte[1_000];
        new Random(1).NextBytes(journey);
        var partitions = Enumerable.Range(0, Math.Min(options.Events, 3_000)).Select(number => $"lead{number:D5}").ToList();
        await Parallel.ForEachAsync(partitions, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = cancellationToken }, async (partition, token) =>
            await table.AddEntityAsync(new TableEntity(partition, $"journey-{partition}") { ["Data0"] = journey }, token));
        return await Rates.RunAsync(partitions, 32, async (partition, token) => await table.UpdateEntityAsync(
            new TableEntity(partition, $"journey-{partition}") { ["Data0"] = journey, ["Stage"] = "Interest", ["Owner"] = "marketing" },
            ETag.All,
            TableUpdateMode.Replace,
            token), cancellationToken);
    }

    private static Deliveries SomeDeliveries(string url, LoadOptions options) => new(new(url), [.. Enumerable.Range(1, options.Leads).Select(id => (long)id)]);

    private static HttpClient NewClient() => new(new SocketsHttpHandler { MaxConnectionsPerServer = 1024 });
}
