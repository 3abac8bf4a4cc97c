using System.Text;
using System.Text.Json;
using IntegrationHub.History.Recording;
using IntegrationHub.LocalPlatform.ServiceBus;
using IntegrationHub.Sandbox;
using IntegrationHub.Sandbox.Salesforce;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.History.World;

/// <summary>Three hubs on one store and one bus, behind one public address, with both tools and a mail server. What passes is recorded.</summary>
internal sealed class HistoryWorld : IAsyncDisposable
{
    private const int HubCount = 3;

    private readonly string _directory;
    private readonly HistoryLog _log;
    private readonly Random _random;
    private readonly ServiceProcess _tables;
    private readonly LocalBus _bus;
    private readonly MailServer _mail;
    private HttpProxy _front = null!;

    private HistoryWorld(string directory, HistoryLog log, int seed, ServiceProcess tables, LocalBus bus, MailServer mail, SandboxHost vendors, WorldClock clock) =>
        (_directory, _log, _random, _tables, _bus, _mail, Vendors, Clock) = (directory, log, new Random(seed), tables, bus, mail, vendors, clock);

    public IReadOnlyList<HubUnderTest> Hubs { get; private set; } = [];

    public SandboxHost Vendors { get; }

    public WorldClock Clock { get; }

    /// <summary>Gets the file with the faults of the broker.</summary>
    public string BusFaults => Path.Combine(_directory, "bus", "bus.faults");

    /// <summary>Starts everything but the hubs.</summary>
    public static async Task<HistoryWorld> StartAsync(HistoryLog log, int seed)
    {
        var directory = Directory.CreateTempSubdirectory("hub-history-").FullName;
        var clock = new WorldClock();
        var topology = Path.Combine(directory, "topology.json");
        var text = await File.ReadAllTextAsync(Built.Topology);

        // Short enough that a pause of seconds outlasts the lock of a message.
        await File.WriteAllTextAsync(topology, text.Replace("\"lockDuration\": \"PT1M\"", "\"lockDuration\": \"PT5S\"", StringComparison.Ordinal));
        var (tablePort, blobPort) = (FreePort.Find(), FreePort.Find());
        var tables = ServiceProcess.Azurite(directory, tablePort, blobPort);
        await tables.StartAsync();
        var bus = await LocalBus.StartAsync(new() { DataDirectory = Path.Combine(directory, "bus"), TopologyFile = topology, TimeProvider = clock });
        var vendors = await SandboxHost.StartAsync(new()
        {
            Urls = "http://127.0.0.1:0",
            Time = clock,
            HubSpot = new() { RetryDelays = [.. Enumerable.Repeat(TimeSpan.FromSeconds(0.3), 1_000)] },
        });
        var world = new HistoryWorld(directory, log, seed, tables, bus, await MailServer.StartAsync(), vendors, clock);
        await world.ConnectAsync(tablePort, blobPort);
        return world;
    }

    /// <summary>Starts the hubs side by side.</summary>
    public Task StartHubsAsync() => Task.WhenAll(Hubs.Select(hub => hub.Host.StartAsync()));

    public HubUnderTest AnyHub(Random random) => Hubs[random.Next(Hubs.Count)];

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Hubs.Select(hub => hub.DisposeAsync().AsTask()));
        await _front.DisposeAsync();
        await Vendors.DisposeAsync();
        await _mail.DisposeAsync();
        await _bus.DisposeAsync();
        await _tables.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task ConnectAsync(int tablePort, int blobPort)
    {
        _front = await HttpProxy.StartAsync(() => "");
        _front.Rule = (request, _) => ReceiveAsync(request);
        Hubs = await Task.WhenAll(Enumerable.Range(1, HubCount).Select(number => HubUnderTest.CreateAsync(
            $"hub{number}",
            $"http://127.0.0.1:{tablePort}",
            Vendors.Url,
            _bus.Port,
            (tables, tools, bus) => HubSettings.Of(Path.Combine(_directory, $"hub{number}"), _front.Url, tables.Url, blobPort, tools.Url, bus.Port, _mail.Port))));
        foreach (var hub in Hubs)
        {
            hub.Vendors.Rule = (request, forward) => RecordAsync(hub.Name, request, forward);
        }

        _mail.RefusesMail = mail =>
        {
            foreach (var recipient in mail.Recipients)
            {
                _log.Add(new MailArrived(TimeProvider.System.GetUtcNow(), mail.Header("Message-ID") ?? "", recipient, mail.Subject, mail.Text));
            }

            return null;
        };
        (Vendors.HubSpot.Webhooks.TargetUrl, Vendors.HubSpot.Webhooks.Ordered) = ($"{_front.Url}/api/webhooks/hubspot", false);
        Vendors.Salesforce.Stamps = StampMode.Growing;

        // Two automations that never agree: only the hub can keep them from a race.
        Vendors.HubSpot.Rewrites["jobtitle"] = title => title.StartsWith("loop", StringComparison.OrdinalIgnoreCase) ? title.ToUpperInvariant() : title;
        Vendors.Salesforce.Rewrites["Title"] = title => title.StartsWith("loop", StringComparison.OrdinalIgnoreCase) ? title.ToLowerInvariant() : title;
    }

    /// <summary>Is the public address of the hubs: gives a delivery to one of them, or once in a while to two, as a sender that did not hear the first yes.</summary>
    private async Task<ProxiedAnswer?> ReceiveAsync(ProxiedRequest request)
    {
        HubUnderTest first, second;
        bool twice;
        lock (_random)
        {
            (first, second, twice) = (AnyHub(_random), AnyHub(_random), _random.Next(8) == 0);
        }

        var answers = await Task.WhenAll((twice ? new[] { first, second } : [first]).Select(hub => GiveAsync(hub, request)));
        return answers.FirstOrDefault(answer => answer?.Status is >= 200 and < 300) ?? answers[0];
    }

    private async Task<ProxiedAnswer?> GiveAsync(HubUnderTest hub, ProxiedRequest request)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(4) };
        using var given = new HttpRequestMessage(HttpMethod.Post, $"{hub.Host.Url}{request.Request.Path}") { Content = new ByteArrayContent(request.Body) };
        foreach (var (name, value) in request.Request.Headers.Where(header => header.Key.StartsWith("X-HubSpot", StringComparison.OrdinalIgnoreCase)))
        {
            given.Headers.TryAddWithoutValidation(name, value.ToString());
        }

        var status = 0;
        try
        {
            using var answer = await http.SendAsync(given);
            status = (int)answer.StatusCode;
        }
        catch (Exception gone) when (gone is HttpRequestException or TaskCanceledException)
        {
            // Whether it was accepted nobody knows: the sender will send it again.
        }

        _log.Add(new DeliveryAnswered(TimeProvider.System.GetUtcNow(), hub.Name, status, EventsOf(request.Body)));
        return status == 0 ? null : new(status, [], []);
    }

    /// <summary>The events about a contact; those about ties between records are not about one.</summary>
    private static IReadOnlyList<SentEvent> EventsOf(byte[] delivery)
    {
        using var json = JsonDocument.Parse(delivery);
        return
        [
            .. json.RootElement.EnumerateArray().Where(each => each.TryGetProperty("objectId", out _)).Select(each => new SentEvent(
                each.GetProperty("eventId").GetInt64(),
                each.GetProperty("objectId").GetInt64(),
                Says(each),
                DateTimeOffset.FromUnixTimeMilliseconds(each.GetProperty("occurredAt").GetInt64()),
                each.GetProperty("changeSource").GetString() == "CRM_UI")),
        ];
    }

    /// <summary>The kind of fact that an event says by itself, whatever else is read from the tool. A stage that is cleared says nothing.</summary>
    private static string Says(JsonElement sent) => sent.TryGetProperty("propertyName", out var property) ? property.GetString() switch
    {
        "lifecyclestage" when sent.GetProperty("propertyValue").GetString() is { Length: > 0 } => "stageClaimed",
        "email" or "firstname" or "lastname" or "company" or "jobtitle" or "phone" => "profileChanged",
        "hs_email_optout" => "consentChanged",
        "recent_conversion_event_name" => "campaignTouched",
        _ => "",
    } : "";

    /// <summary>Records what a hub writes to a tool; what it reads is left out.</summary>
    private async Task<ProxiedAnswer?> RecordAsync(string hub, ProxiedRequest request, Func<Task<ProxiedAnswer>> forward)
    {
        var path = request.Request.Path.Value!;
        var writes = request.Request.Method is "PATCH" or "DELETE" or "PUT"
            || (request.Request.Method == "POST" && !path.EndsWith("/batch/read", StringComparison.Ordinal) && !path.Contains("/token", StringComparison.Ordinal));
        var at = TimeProvider.System.GetUtcNow();
        var status = 0;
        try
        {
            var answer = await forward();
            status = answer.Status;
            return answer;
        }
        finally
        {
            if (writes)
            {
                _log.Add(new VendorCalled(at, hub, request.Request.Method, path, Encoding.UTF8.GetString(request.Body), status));
            }
        }
    }
}
