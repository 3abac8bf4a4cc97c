using Azure.Messaging.ServiceBus;
using IntegrationHub.LocalPlatform.ServiceBus;
using IntegrationHub.Sandbox;
using IntegrationHub.Sandbox.Salesforce;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.EndToEnd.Support;

/// <summary>Everything real around one hub: tables, bus, mail, both vendors' sandbox, and the hub's processes with limits of seconds.</summary>
public sealed class World : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("hub-world-").FullName;
    private readonly int _busPort = FreePort.Find();
    internal const string AnyPort = "http://127.0.0.1:0";

    /// <summary>Stands in a setting for the address of the tools, which is known only once they run.</summary>
    internal const string VendorsUrl = "{vendors}";

    private SandboxOptions _vendors = new() { Urls = AnyPort };
    private Action<SandboxHost> _before = _ => { };

    internal ServiceProcess Tables { get; private set; } = null!;

    internal ServiceProcess Bus { get; private set; } = null!;

    internal MailServer Mail { get; private set; } = null!;

    internal SandboxHost Vendors { get; private set; } = null!;

    internal HubProcess Hub { get; private set; } = null!;

    /// <summary>While this file is there the bus is away.</summary>
    internal string BusUnavailable => Path.Combine(BusDirectory, "bus.unavailable");

    private string BusDirectory => Path.Combine(_directory, "bus");

    private string BusConnection => LocalBus.ConnectionStringFor(_busPort);

    /// <summary>A world with further or changed settings; an empty text removes one.</summary>
    internal static async Task<World> StartAsync(params (string Key, string Value)[] settings)
    {
        return await StartAsync(new SandboxOptions { Urls = AnyPort }, _ => { }, settings);
    }

    /// <summary>A world whose tools hold something before the hub first runs.</summary>
    internal static async Task<World> StartAsync(SandboxOptions vendors, Action<SandboxHost> before, params (string Key, string Value)[] settings)
    {
        var world = new World { _vendors = vendors, _before = before };
        await world.PrepareAsync(settings);
        await world.Hub.Host.StartAsync();
        return world;
    }

    public async ValueTask InitializeAsync()
    {
        await PrepareAsync([]);
        await Hub.Host.StartAsync();
    }

    private async Task PrepareAsync((string Key, string Value)[] more)
    {
        var (tablePort, blobPort) = (FreePort.Find(), FreePort.Find());
        Tables = ServiceProcess.Azurite(_directory, tablePort, blobPort);
        Bus = ServiceProcess.Bus(BusDirectory, _busPort, await TopologyAsync());
        Mail = await MailServer.StartAsync();
        await Task.WhenAll(Tables.StartAsync(), Bus.StartAsync());
        Vendors = await SandboxHost.StartAsync(_vendors);
        _before(Vendors);
        var settings = Settings(AzuriteProcess.ConnectionTo(tablePort, blobPort), Mail.Port);
        foreach (var (key, value) in more)
        {
            settings[key] = value.Replace(VendorsUrl, Vendors.Url, StringComparison.Ordinal);
        }

        Hub = new HubProcess(settings);
    }

    /// <summary>Puts a message on the queue that may not be a delivery.</summary>
    internal async Task SendInboundAsync(ServiceBusMessage message)
    {
        await using var bus = new ServiceBusClient(BusConnection);
        await using var sender = bus.CreateSender("inbound");
        await sender.SendMessageAsync(message);
    }

    /// <summary>Takes back what an earlier test has made of the tools.</summary>
    internal void Calm()
    {
        Vendors.Faults.Clear();
        Vendors.Calls.Clear();
        Vendors.HubSpot.Webhooks.TargetUrl = null;
        var crm = Vendors.Salesforce;
        (crm.Stamps, crm.CommitDelay, crm.PageSize) = (StampMode.Seconds, TimeSpan.Zero, _vendors.Salesforce.PageSize);
    }

    /// <summary>What is on the queue, by peeking.</summary>
    internal async Task<IReadOnlyList<ServiceBusReceivedMessage>> InboundAsync()
    {
        var messages = new List<ServiceBusReceivedMessage>();
        await using var bus = new ServiceBusClient(BusConnection);
        await using var receiver = bus.CreateReceiver("inbound");
        while (await receiver.PeekMessagesAsync(1_000, messages.Count == 0 ? null : messages[^1].SequenceNumber + 1) is { Count: > 0 } page)
        {
            messages.AddRange(page);
        }

        return messages;
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Vendors.DisposeAsync();
        await Mail.DisposeAsync();
        await Bus.DisposeAsync();
        await Tables.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>The hub's own entities, with locks short enough for tests to outlast them.</summary>
    private async Task<string> TopologyAsync()
    {
        var topology = Path.Combine(_directory, "topology.json");
        var text = await File.ReadAllTextAsync(Built.Topology);
        await File.WriteAllTextAsync(topology, text.Replace("\"lockDuration\": \"PT1M\"", "\"lockDuration\": \"PT5S\"", StringComparison.Ordinal));
        return topology;
    }

    private Dictionary<string, string> Settings(string storage, int smtpPort) => new()
    {
        ["ServiceBus"] = BusConnection,
        ["Hub__DataDirectory"] = Path.Combine(_directory, "hub"),
        ["Hub__LiveSince"] = "2000-01-01T00:00:00Z",
        ["Outward__TasksPerHour"] = "off",
        ["Outward__WritesPerHour"] = "off",
        ["Hub__RetryDelays"] = string.Join(',', Enumerable.Repeat("00:00:01", 200)),
        ["AzureWebJobsStorage"] = storage,
        ["Mail__Smtp__Host"] = "127.0.0.1",
        ["Mail__Smtp__Port"] = $"{smtpPort}",
        ["Mail__From"] = "hub@example.com",
        ["Teams__marketing__Recipients"] = "marketing@example.com",
        ["Teams__sales__Recipients"] = "sales@example.com",
        ["Schedules__DrainSpool"] = "*/1 * * * * *",
        ["Schedules__DetectOutages"] = "*/1 * * * * *",
        ["Schedules__DetectStalls"] = "*/1 * * * * *",
        ["Schedules__SweepErasures"] = "*/1 * * * * *",
        ["Schedules__PollConnectors"] = "*/1 * * * * *",
        ["Funnel__Stages__referral__StallAfter"] = "00:00:03",
        ["Alerts__HeadsUpAt"] = "off",
        ["Alerts__EscalateAt"] = "off",
        ["Alerts__GroupWait"] = "00:00:01",
        ["Alerts__GroupInterval"] = "00:00:01",
        ["Alerts__CatchUp"] = "00:00:05",
        ["Schedules__SendMails"] = "*/1 * * * * *",
        ["Connectors__hubspot__Type"] = "HubSpot",
        ["Connectors__hubspot__BaseUrl"] = $"{Vendors.Url}/hubspot/",
        ["Connectors__hubspot__ClientSecret"] = HubProcess.ClientSecret,
        ["Connectors__hubspot__AccessToken"] = "pat-sandbox",
        ["Connectors__hubspot__PortalId"] = "62515",
        ["Connectors__salesforce__Type"] = "Salesforce",
        ["Connectors__salesforce__BaseUrl"] = $"{Vendors.Url}/salesforce/",
        ["Connectors__salesforce__ClientId"] = "sandbox-salesforce-client",
        ["Connectors__salesforce__ClientSecret"] = "sandbox-salesforce-client-secret",
        ["Connectors__salesforce__OrganizationId"] = "00D5g000001AbCdEAK",
        ["Connectors__salesforce__RelayToken"] = HubProcess.RelayToken,
        ["Connectors__salesforce__WriteProfile"] = "phone",
        ["Connectors__salesforce__DealTypeMap__Existing Customer - Upgrade"] = "repeat",
        ["Connectors__hubspot__DealTypeMap__existingbusiness"] = "repeat",
        ["Logging__LogLevel__Default"] = "Warning",
    };
}
