using System.Net.Http.Json;
using System.Text.Json;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.LocalPlatform.ServiceBus;
using IntegrationHub.Sandbox;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.Benchmarks.Load;

/// <summary>The hub as the processes it is, with Azurite and the bus beside it and the sandbox, in this process, in HubSpot's place.</summary>
internal sealed class HubUnderLoad : IAsyncDisposable
{
    private const string Key = "benchmark";

    private readonly string _data = Directory.CreateTempSubdirectory("hub-load-").FullName;
    private readonly int _tablePort = FreePort.Find();
    private readonly int _blobPort = FreePort.Find();
    private readonly int _busPort = FreePort.Find();
    private readonly IReadOnlyList<long> _contacts;
    private readonly ServiceProcess _tables;
    private readonly ServiceProcess _bus;
    private readonly HostProcess _host;
    private WorkerMetrics? _metrics;

    private HubUnderLoad(SandboxHost vendors, int leads, IReadOnlyDictionary<string, string> settings)
    {
        _contacts = [.. Enumerable.Range(0, leads).Select(number => vendors.HubSpot.CreateContact($"lead{number}@example.com", ("lastname", $"Lead {number}")))];
        _tables = ServiceProcess.Azurite(_data, _tablePort, _blobPort);
        _bus = ServiceProcess.Bus(Path.Combine(_data, "bus"), _busPort, Built.Topology);
        _host = new(new Dictionary<string, string>(settings)
        {
            ["Hub__DataDirectory"] = _data,
            ["Hub__LiveSince"] = "2000-01-01T00:00:00Z",
            ["Outward__TasksPerHour"] = "off",
            ["Outward__WritesPerHour"] = "off",
            ["Hub__FunctionKey"] = Key,
            ["Hub__Peppers"] = Given.Peppers,
            ["AzureWebJobsStorage"] = Tables,
            ["ServiceBus"] = Bus,
            ["Mail__Smtp__Host"] = "localhost",
            ["Logging__LogLevel__Default"] = "Warning",
            ["Connectors__hubspot__Type"] = "HubSpot",
            ["Connectors__hubspot__ClientSecret"] = Deliveries.Secret,
            ["Connectors__hubspot__PortalId"] = "62515",
            ["Connectors__hubspot__AccessToken"] = "pat-sandbox",
            ["Connectors__hubspot__BaseUrl"] = $"{vendors.Url}/hubspot/",
        });
        Vendors = vendors;
        Deliveries = new(new Uri($"{_host.Url}/api/webhooks/hubspot"), _contacts);
    }

    /// <summary>Gets how to reach its tables and blobs.</summary>
    public string Tables => AzuriteProcess.ConnectionTo(_tablePort, _blobPort);

    /// <summary>Gets how to reach its bus.</summary>
    public string Bus => LocalBus.ConnectionStringFor(_busPort);

    public Deliveries Deliveries { get; }

    /// <summary>Gets where it serves.</summary>
    public Uri Url => new(_host.Url);

    /// <summary>Gets how many lines host and worker have logged.</summary>
    public int LogLines => _host.Log.Count(letter => letter == '\n') + 1;

    /// <summary>Gets the sandbox that plays the vendors.</summary>
    public SandboxHost Vendors { get; }

    public WorkerMetrics Metrics => _metrics!;

    public HttpClient Http { get; } = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1024 }) { Timeout = TimeSpan.FromMinutes(1) };

    public static async Task<HubUnderLoad> StartAsync(int leads, CancellationToken cancellationToken, params (string Key, string Value)[] settings)
    {
        var vendors = await SandboxHost.StartAsync(new SandboxOptions { Urls = "http://127.0.0.1:0" }, cancellationToken);
        return await StartAsync(vendors, leads, settings.ToDictionary(setting => setting.Key, setting => setting.Value));
    }

    /// <summary>Starts it with a CRM beside HubSpot, which takes leads over.</summary>
    public static async Task<HubUnderLoad> StartWithCrmAsync(int leads, CancellationToken cancellationToken)
    {
        var played = new SandboxOptions { Urls = "http://127.0.0.1:0" };
        var vendors = await SandboxHost.StartAsync(played, cancellationToken);
        return await StartAsync(vendors, leads, new()
        {
            ["Connectors__salesforce__Type"] = "Salesforce",
            ["Connectors__salesforce__BaseUrl"] = $"{vendors.Url}/salesforce",
            ["Connectors__salesforce__ClientId"] = played.Salesforce.ClientId,
            ["Connectors__salesforce__ClientSecret"] = played.Salesforce.ClientSecret,
            ["Connectors__salesforce__OrganizationId"] = played.Salesforce.OrganizationId,
            ["Connectors__salesforce__OwnerId"] = vendors.Salesforce.Owners[0],
        });
    }

    private static async Task<HubUnderLoad> StartAsync(SandboxHost vendors, int leads, Dictionary<string, string> settings)
    {
        var hub = new HubUnderLoad(vendors, leads, settings);
        await Task.WhenAll(hub._tables.StartAsync(), hub._bus.StartAsync());
        await hub._host.StartAsync();
        hub._metrics = new(await hub._host.WorkerIdAsync(), HubMetrics.MeterName);
        return hub;
    }

    /// <summary>Waits until as many deliveries have been put on journeys.</summary>
    public async Task ProcessedAsync(int deliveries, CancellationToken cancellationToken)
    {
        while (Metrics.Recorded < deliveries)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }
    }

    /// <summary>How many events the journeys hold, by the API: facts at different times or of different kinds.</summary>
    public async Task<int> EventsAsync(CancellationToken cancellationToken)
    {
        var events = 0;
        await Parallel.ForEachAsync(_contacts, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (contact, token) =>
        {
            var lead = await Http.GetFromJsonAsync<JsonElement>($"{_host.Url}/api/leads?connector=hubspot&id={contact}&code={Key}", token);
            Interlocked.Add(ref events, lead.GetProperty("history").EnumerateArray().Count(fact => fact.GetProperty("kind").GetString() is "stageClaimed" or "profileChanged"));
        });
        return events;
    }

    /// <summary>The most memory that each process has had, in MiB.</summary>
    public async Task<IReadOnlyList<(string Process, long Megabytes)>> PeakMemoryAsync()
    {
        (string Name, int Id)[] processes = [("host", _host.Id), ("worker", await _host.WorkerIdAsync()), ("bus", _bus.Id), ("Azurite", _tables.Id)];
        return [.. processes.Select(process => (process.Name, PeakOf(process.Id)))];
    }

    public async ValueTask DisposeAsync()
    {
        _metrics?.Dispose();
        await _host.DisposeAsync();
        await _bus.DisposeAsync();
        await _tables.DisposeAsync();
        await Vendors.DisposeAsync();
        Http.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private static long PeakOf(int id)
    {
        using var process = System.Diagnostics.Process.GetProcessById(id);
        return process.PeakWorkingSet64 >> 20;
    }
}
