using System.Net.Http.Json;
using System.Text.Json;
using IntegrationHub.Functions;
using IntegrationHub.Functions.Ops;
using IntegrationHub.Sandbox;
using Microsoft.Extensions.Hosting;

namespace IntegrationHub.Benchmarks.Load;

/// <summary>A hub in this process, over real HTTP, with Azurite beside it and the sandbox in HubSpot's place.</summary>
internal sealed class HubUnderLoad : IAsyncDisposable
{
    private const string Key = "benchmark";

    private readonly string _data = Directory.CreateTempSubdirectory("hub-load-").FullName;
    private readonly SandboxHost _vendors;
    private readonly IReadOnlyList<long> _contacts;
    private readonly IHost _host;

    private HubUnderLoad(SandboxHost vendors, int leads, string[] settings)
    {
        _vendors = vendors;
        _contacts = [.. Enumerable.Range(0, leads).Select(number => vendors.HubSpot.CreateContact($"lead{number}@example.com", ("lastname", $"Lead {number}")))];
        Url = FreePort.Url();
        Deliveries = new(new Uri($"{Url}/api/webhooks/hubspot"), _contacts);
        _host = Hub.Build(
        [
            "--urls", Url, $"--Hub:PublicUrl={Url}", $"--Hub:DataDirectory={_data}", $"--Hub:FunctionKey={Key}", "--Logging:LogLevel:Default=Warning", "--Mail:Smtp:Host=localhost",
            "--Connectors:hubspot:Type=HubSpot", $"--Connectors:hubspot:ClientSecret={Deliveries.Secret}", "--Connectors:hubspot:PortalId=62515", "--Connectors:hubspot:AccessToken=pat-sandbox", $"--Connectors:hubspot:BaseUrl={vendors.Url}/hubspot/",
            .. settings,
        ]);
    }

    public string Url { get; }

    public Deliveries Deliveries { get; }

    public Counters Counters { get; } = new(HubMetrics.MeterName);

    public HttpClient Http { get; } = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1024 }) { Timeout = TimeSpan.FromMinutes(1) };

    public IServiceProvider Services => _host.Services;

    public static async Task<HubUnderLoad> StartAsync(int leads, CancellationToken cancellationToken, params string[] settings)
    {
        var hub = new HubUnderLoad(await SandboxHost.StartAsync(new SandboxOptions { Urls = "http://127.0.0.1:0" }, cancellationToken), leads, settings);
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

    /// <summary>How many events the journeys hold, by the API: facts at different times or of different kinds.</summary>
    public async Task<int> EventsAsync(CancellationToken cancellationToken)
    {
        var events = 0;
        await Parallel.ForEachAsync(_contacts, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (contact, token) =>
        {
            var lead = await Http.GetFromJsonAsync<JsonElement>($"{Url}/api/leads?connector=hubspot&id={contact}&code={Key}", token);
            Interlocked.Add(ref events, lead.GetProperty("history").EnumerateArray().Count(fact => fact.GetProperty("kind").GetString() is "stageClaimed" or "profileChanged"));
        });
        return events;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _vendors.DisposeAsync();
        Counters.Dispose();
        Http.Dispose();
        Directory.Delete(_data, recursive: true);
    }
}
