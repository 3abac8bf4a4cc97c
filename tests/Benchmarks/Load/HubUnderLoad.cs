using System.Net.Http.Json;
using System.Text.Json;
using IntegrationHub.Functions;
using IntegrationHub.Functions.Ops;
using Microsoft.Extensions.Hosting;

namespace IntegrationHub.Benchmarks.Load;

/// <summary>A hub in this process, over real HTTP, with Azurite beside it.</summary>
internal sealed class HubUnderLoad : IAsyncDisposable
{
    private const string Key = "benchmark";

    private readonly string _data = Directory.CreateTempSubdirectory("hub-load-").FullName;
    private readonly IHost _host;

    private HubUnderLoad(params string[] settings)
    {
        Url = FreePort.Url();
        Deliveries = new(new Uri($"{Url}/api/webhooks/hubspot"));
        _host = Hub.Build(
        [
            "--urls", Url, $"--Hub:PublicUrl={Url}", $"--Hub:DataDirectory={_data}", $"--Hub:FunctionKey={Key}", "--Logging:LogLevel:Default=Warning", "--Mail:Smtp:Host=localhost",
            "--Connectors:hubspot:Type=HubSpot", $"--Connectors:hubspot:ClientSecret={Deliveries.Secret}", "--Connectors:hubspot:PortalId=62515", "--Connectors:hubspot:AccessToken=none",
            .. settings,
        ]);
    }

    public string Url { get; }

    public Deliveries Deliveries { get; }

    public Counters Counters { get; } = new(HubMetrics.MeterName);

    public HttpClient Http { get; } = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1024 }) { Timeout = TimeSpan.FromMinutes(1) };

    public IServiceProvider Services => _host.Services;

    public static async Task<HubUnderLoad> StartAsync(CancellationToken cancellationToken, params string[] settings)
    {
        var hub = new HubUnderLoad(settings);
        await hub._host.StartAsync(cancellationToken);
        return hub;
    }

    /// <summary>Waits until as many deliveries have been put on journeys.</summary>
    public async Task ProcessedAsync(int deliveries, CancellationToken cancellationToken)
    {
        while (Counters.Processed < deliveries)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
        }
    }

    /// <summary>How many facts that came by webhook the journeys of the contacts 1 … n hold, by the API.</summary>
    public async Task<int> FactsAsync(int leads, CancellationToken cancellationToken)
    {
        var facts = 0;
        await Parallel.ForEachAsync(Enumerable.Range(1, leads), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (contact, token) =>
        {
            var lead = await Http.GetFromJsonAsync<JsonElement>($"{Url}/api/leads?connector=hubspot&id={contact}&code={Key}", token);
            Interlocked.Add(ref facts, lead.GetProperty("history").EnumerateArray().Count(fact => fact.GetProperty("kind").GetString() != "identitiesLinked"));
        });
        return facts;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        Counters.Dispose();
        Http.Dispose();
        Directory.Delete(_data, recursive: true);
    }
}
