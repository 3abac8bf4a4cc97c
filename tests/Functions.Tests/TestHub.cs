using System.Diagnostics.Metrics;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using IntegrationHub.LocalPlatform.FunctionsHost;
using IntegrationHub.LocalPlatform.ServiceBus;
using IntegrationHub.Tests.Support.Functions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Tests;

/// <summary>
/// The whole hub with real tables and a bus of its own; only the tools are played. All hubs of a test share the test's tables. It serves nothing until
/// <see cref="StartAsync"/>, and its timers fire only where a test sets their schedules.
/// </summary>
internal sealed class TestHub : IAsyncDisposable
{
    /// <summary>The key that opens its functions.</summary>
    public const string Key = "a-key-for-tests";

    private const string Never = "0 0 0 1 1 *";

    private static readonly GeneratedFunctionMetadataProvider Functions = new();

    private readonly string _folder;
    private readonly LocalBus _bus;
    private readonly Dictionary<string, string?> _settings;
    private readonly IHost _hub;
    private LocalFunctionsHost? _host;

    private TestHub(string folder, LocalBus bus, Dictionary<string, string?> settings, Action<IServiceCollection> configure)
    {
        _folder = folder;
        _bus = bus;
        _settings = settings;
        _hub = Hub.Build([.. settings.Select(setting => $"--{setting.Key}={setting.Value}")], services =>
        {
            configure(services);
            InProcessLauncher.Configure(services, Functions);
        });
    }

    public JourneyFlow Journeys => Get<JourneyFlow>();

    /// <summary>Where it serves, once started.</summary>
    public Uri Url => _host!.Addresses[0];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<TestHub> CreateAsync(Azurite azurite, TimeProvider clock, IConnector[] connectors, params string[] settings) =>
        CreateAsync(Leads.Policy, azurite, clock, connectors, settings);

    /// <summary>A hub whose funnel is run in another way than <see cref="Leads.Policy"/>.</summary>
    public static Task<TestHub> CreateAsync(FunnelSettings policy, Azurite azurite, TimeProvider clock, IConnector[] connectors, params string[] settings) =>
        CreateAsync(policy, azurite, clock, TimeProvider.System, connectors, settings);

    /// <summary>A hub with parts replaced or added.</summary>
    public static Task<TestHub> CreateAsync(
        Azurite azurite, TimeProvider clock, IConnector[] connectors, Action<IServiceCollection> configure, params string[] settings) =>
        CreateAsync(Leads.Policy, azurite, clock, TimeProvider.System, connectors, settings, configure);

    /// <summary>A hub with a clock for the locks, lives and schedules of its bus.</summary>
    public static Task<TestHub> CreateAsync(Azurite azurite, TimeProvider clock, TimeProvider bus, IConnector[] connectors) =>
        CreateAsync(Leads.Policy, azurite, clock, bus, connectors, []);

    private static async Task<TestHub> CreateAsync(FunnelSettings policy, Azurite azurite, TimeProvider clock, TimeProvider busClock, IConnector[] connectors, string[] settings, Action<IServiceCollection>? configure = null)
    {
        var folder = Directory.CreateTempSubdirectory("hub-").FullName;
        var bus = await LocalBus.StartAsync(new() { DataDirectory = folder, TopologyFile = Repository.PathTo("infra", "topology.json"), TimeProvider = busClock }, Token);
        string[] always =
        [
            $"--AzureWebJobsStorage={azurite.ConnectionString}",
            $"--Hub:TablePrefix={azurite.PrefixOfTest()}",
            $"--Hub:FunctionKey={Key}",
            $"--Hub:MasterKey={Key}",
            $"--Hub:Peppers={Given.Peppers}",
            $"--Archive:Keys={Given.ArchiveKeys}",
            "--Mail:From=hub@example.com",
            "--Mail:Smtp:Host=127.0.0.1",
            "--Hub:RetryDelays=00:00:00.1,00:00:00.1",
            $"--Schedules:DrainSpool={Never}",
            $"--Schedules:SweepArchive={Never}",
            $"--Schedules:RunReplay={Never}",
            $"--Schedules:RunDeadLetterJobs={Never}",
            $"--Schedules:PollConnectors={Never}",
            $"--Schedules:DetectOutages={Never}",
            $"--Schedules:DetectStalls={Never}",
            $"--Schedules:ScrubJourneys={Never}",
            $"--Schedules:SendMails={Never}",
            $"--Schedules:SweepErasures={Never}",
            $"--Schedules:SweepErasedBodies={Never}",
            $"--Schedules:EnforceRetention={Never}",
            $"--Schedules:CompareTools={Never}",
            "--Erasure:Grace=0",
        ];
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase) { ["ServiceBus"] = bus.ConnectionString };
        foreach (var setting in always.Concat(settings).Select(setting => setting[2..].Split('=', 2)))
        {
            all[setting[0]] = setting[1];
        }

        return new(folder, bus, all, services =>
        {
            services
            .Replace(ServiceDescriptor.Singleton(clock))
            .Replace(ServiceDescriptor.Singleton(policy.InStepWith(new(connectors))))
            .Replace(ServiceDescriptor.Singleton(new ConnectorSet(connectors)))
            .AddLogging(logging => logging.ClearProviders().AddProvider(new TestOutputLogging())
                .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error));
            configure?.Invoke(services);
        });
    }

    public T Get<T>()
        where T : notnull => _hub.Services.GetRequiredService<T>();

    public IEnumerable<T> GetAll<T>()
        where T : notnull => _hub.Services.GetServices<T>();

    /// <summary>What this hub alone counts from now on.</summary>
    public Counters Count() => new(HubMetrics.MeterName, Get<IMeterFactory>());

    /// <summary>Serves: a Functions host calls its functions by HTTP, timers and messages.</summary>
    public async Task StartAsync() => _host = await LocalFunctionsHost.StartAsync(
        new()
        {
            ApplicationDirectory = AppContext.BaseDirectory,
            DataDirectory = _folder,
            Urls = "http://127.0.0.1:0",
            Settings = _settings,
            Launcher = new InProcessLauncher(Functions, (_, _) => _hub),
            Logging = logging => logging.ClearProviders().AddProvider(new TestOutputLogging()),
        },
        Token);

    /// <summary>The keys as the tables have them: nothing of them is remembered.</summary>
    public IdentityStore ForgetfulIdentities()
    {
        var cache = new JourneyCache(0);
        return new(Get<HubTables>(), Get<JourneyStore>(), new(Get<JourneyStore>(), cache), cache, Get<PersonKeys>(), Get<TimeProvider>());
    }

    /// <summary>A new lead that has come to be known by these facts.</summary>
    public async Task<JourneyState> LeadAsync(LeadId leadId, params Fact[] facts)
    {
        await Journeys.ApplyAsync(leadId, facts, Token);
        return await StateAsync(leadId);
    }

    public async Task<JourneyState> StateAsync(LeadId leadId) => (await Journeys.LoadAsync(leadId, Token))!;

    /// <summary>What waits in a subscription, by peeking.</summary>
    public async Task<IReadOnlyList<ServiceBusReceivedMessage>> MessagesAsync(string queueOrTopic, string? subscription, SubQueue part = SubQueue.None)
    {
        var options = new ServiceBusReceiverOptions { SubQueue = part };
        var bus = Get<ServiceBusClient>();
        await using var receiver = subscription is null ? bus.CreateReceiver(queueOrTopic, options) : bus.CreateReceiver(queueOrTopic, subscription, options);
        var messages = new List<ServiceBusReceivedMessage>();
        while (await receiver.PeekMessagesAsync(100, messages.Count == 0 ? 0 : messages[^1].SequenceNumber + 1, Token) is { Count: > 0 } page)
        {
            messages.AddRange(page);
        }

        return messages;
    }

    public async Task<IReadOnlyList<T>> EventsAsync<T>(string subscription)
        where T : FunnelEvent => [.. (await MessagesAsync(FunnelTopic.Name, subscription)).Select(FunnelTopic.Read).OfType<T>()];

    /// <summary>Does something while the bus is away.</summary>
    public async Task<T> WithoutBusAsync<T>(Func<Task<T>> run)
    {
        var sign = Path.Combine(_folder, "bus.unavailable");
        await File.WriteAllTextAsync(sign, "", Token);
        await Eventually.TrueAsync(async () => !await AnswersAsync(), "the bus is away");
        try
        {
            return await run();
        }
        finally
        {
            File.Delete(sign);
            await Eventually.TrueAsync(AnswersAsync, "the bus is back");
        }
    }

    /// <summary>Does something while the bus answers every operation with a fault.</summary>
    public async Task WithFaultAsync(string fault, Func<Task> run)
    {
        var asked = Path.Combine(_folder, "bus.faults");
        await File.WriteAllTextAsync(asked, fault + " inbound", Token);
        try
        {
            await run();
        }
        finally
        {
            File.Delete(asked);
        }
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await MessagesAsync(FunnelTopic.Name, "alerts");
            return true;
        }
        catch (ServiceBusException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_host?.DisposeAsync() ?? ValueTask.CompletedTask);
        await ((IAsyncDisposable)_hub).DisposeAsync();
        await _bus.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
