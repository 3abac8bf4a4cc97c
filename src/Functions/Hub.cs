using System.Globalization;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Messaging.ServiceBus;
using Azure.Storage.Blobs;
using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions.Alerts;
using IntegrationHub.Functions.Archive;
using IntegrationHub.Functions.Handoffs;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Identity.Matching;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Ingestion;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Leads;
using IntegrationHub.Functions.Ops;
using IntegrationHub.Functions.Parity;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Functions.Polling;
using IntegrationHub.Functions.Replays;
using IntegrationHub.Functions.Reports;
using IntegrationHub.Functions.Retention;
using IntegrationHub.Functions.Webhooks;
using IntegrationHub.Functions.WriteBack;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace IntegrationHub.Functions;

/// <summary>Builds the host. It is the same on every platform.</summary>
internal static class Hub
{
    /// <summary>Settings that hold unless configured otherwise. A log line for each request would cost more
    /// than the request's work. The diagnostics of hosting would add each request's path, which may be a token, to the
    /// scope of every line.</summary>
    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "None",
        ["Logging:LogLevel:System.Net.Http.HttpClient"] = "Warning",
    };

    /// <summary>Concurrent requests to the tables, and to the blobs. More would only wait in the service instead of
    /// here.</summary>
    private const int StorageConnections = 64;

    /// <summary>Builds the host.</summary>
    /// <param name="args">Command line: <c>--urls</c>, and settings as <c>--Key:Sub=value</c>.</param>
    /// <param name="configure">Replaces parts, for tests; null for none.</param>
    /// <exception cref="InvalidSettingsException">Something is wrong with the settings; it lists all
    /// faults.</exception>
    public static IHost Build(string[] args, Action<IServiceCollection>? configure = null)
    {
        var builder = FunctionsApplication.CreateBuilder(args);
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults });
        builder.ConfigureFunctionsWebApplication();
        builder.UseMiddleware<AccessMiddleware>();
        builder.Services.Configure<JsonOptions>(options => HubJson.Configure(options.JsonSerializerOptions));
        builder.Services.TryAddSingleton(TimeProvider.System);
        ReadSettings(builder.Services, builder.Configuration);
        AddPlatform(builder.Services, builder.Configuration);
        AddJourneys(builder.Services);
        AddArchive(builder.Services);
        AddInbound(builder.Services);
        builder.Services.AddPolling().AddAlerts().AddOps().AddWriteBack().AddReplays().AddRetention().AddReports().AddParity();
        configure?.Invoke(builder.Services);
        return builder.Build();
    }

    /// <summary>Reads all settings, and registers what is made of them. Calls nothing.</summary>
    /// <exception cref="InvalidSettingsException">Something is wrong with the settings; it lists all
    /// faults.</exception>
    internal static void ReadSettings(IServiceCollection services, IConfiguration configuration)
    {
        var reader = new SettingsReader(configuration);
        services.AddHubSettings(reader)
            .AddAccess(reader)
            .AddConnectors(reader)
            .AddSingleton<IManagedIdentity, ManagedIdentity>()
            .AddHandoffs(reader)
            .AddSingleton(new MessageRetryPolicy(RetryDelays(reader)));
        reader.ThrowIfFaulty();
    }

    /// <summary>Registers the clients of the bus and the tables, by connection string or by name and managed
    /// identity.</summary>
    private static void AddPlatform(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(_ => configuration["ServiceBus:fullyQualifiedNamespace"] is { } name
            ? new ServiceBusClient(name, Identity(configuration, "ServiceBus"), BusOptions())
            : new ServiceBusClient(Required(configuration, "ServiceBus"), BusOptions()));
        services.AddSingleton(provider => configuration["AzureWebJobsStorage:tableServiceUri"] is { } uri
            ? new TableServiceClient(new Uri(uri), Identity(configuration, "AzureWebJobsStorage"), TableOptions(provider))
            : new TableServiceClient(Required(configuration, "AzureWebJobsStorage"), TableOptions(provider)));
        services.AddSingleton(provider => configuration["AzureWebJobsStorage:blobServiceUri"] is { } uri
            ? new BlobServiceClient(new Uri(uri), Identity(configuration, "AzureWebJobsStorage"), BlobOptions(provider))
            : new BlobServiceClient(Required(configuration, "AzureWebJobsStorage"), BlobOptions(provider)));
        services.AddSingleton<HubMetrics>().AddSingleton<HubTables>().AddSingleton<CursorStore>().AddSingleton<HubBlobs>()
            .AddSingleton<MasterKeys>().AddTelemetry(configuration);
        services.AddSingleton<HubBeginning>()
            .AddSingleton<RememberedBeginning>(provider => provider.GetRequiredService<HubBeginning>().Find);
    }

    private static void AddJourneys(IServiceCollection services) => services
        .AddSingleton<JourneyStore>()
        .AddSingleton(provider => new JourneyCache(provider.GetRequiredService<HubOptions>().JourneyCacheMegabytes * 1024L * 1024L))
        .AddSingleton<JourneyReader>()
        .AddSingleton<IdentityStore>()
        .AddSingleton<RecordLinkStore>()
        .AddSingleton<IErasable>(provider => provider.GetRequiredService<RecordLinkStore>())
        .AddSingleton<DeadlineStore>()
        .AddSingleton<JourneyWalk>()
        .AddSingleton<FunnelTopic>()
        .AddSingleton<JourneyWriter>()
        .AddSingleton<JourneyCommitter>()
        .AddSingleton<JourneyMerger>()
        .AddSingleton<JourneyFlow>()
        .AddSingleton<LeadQuery>()
        .AddSingleton<ExportFlow>()
        .AddSingleton<ReviewStore>()
        .AddSingleton<IErasable>(provider => provider.GetRequiredService<ReviewStore>())
        .AddSingleton<IErasableByKey>(provider => provider.GetRequiredService<ReviewStore>())
        .AddSingleton<ReviewFlow>()
        .AddSingleton<ReviewQuery>()
        .AddErasure();

    private static void AddArchive(IServiceCollection services) => services
        .AddSingleton<ArchiveKeyStore>()
        .AddSingleton<ArchiveStore>()
        .AddSingleton<ArchiveFlow>()
        .AddSingleton<IErasable>(provider => provider.GetRequiredService<ArchiveFlow>());

    private static void AddInbound(IServiceCollection services) => services
        .AddSingleton<SuspectStore>()
        .AddSingleton<SuspectGate>()
        .AddSingleton<MessageSettler>()
        .AddSingleton<BodyStore>()
        .AddSingleton<InboundQueue>()
        .AddSingleton<SpoolStore>()
        .AddSingleton<SpoolFlow>()
        .AddSingleton<ParkedStore>()
        .AddSingleton<IErasableByKey>(provider => provider.GetRequiredService<ParkedStore>())
        .AddSingleton<ParkedDeliveryStore>()
        .AddSingleton<IErasableByKey>(provider => provider.GetRequiredService<ParkedDeliveryStore>())
        .AddSingleton<ParkedFlow>()
        .AddHostedService<ParkedSweep>()
        .AddSingleton<DeliveryStore>()
        .AddSingleton<IntakeBudget>()
        .AddSingleton<SeenDeliveries>()
        .AddSingleton<RefusalLog>()
        .AddSingleton<WebhookReceiver>()
        .AddSingleton<PersonMatcher>()
        .AddSingleton<LeadMatcher>()
        .AddSingleton<EnrichFlow>()
        .AddSingleton<ReadFlow>()
        .AddSingleton<EventFlow>()
        .AddSingleton<FactFlow>()
        .AddSingleton<ProcessFlow>();

    /// <summary>Sets few and quick retries: a webhook must reach the spool in time, and the queue repeats
    /// messages.</summary>
    private static ServiceBusClientOptions BusOptions() => new()
    {
        RetryOptions = new()
        {
            MaxRetries = 2,
            Delay = TimeSpan.FromMilliseconds(100),
            MaxDelay = TimeSpan.FromSeconds(1),
            TryTimeout = TimeSpan.FromSeconds(5),
        },
    };

    private static TableClientOptions TableOptions(IServiceProvider provider) =>
        Spread(new TableClientOptions(), provider.GetRequiredService<HubMetrics>().CountTableRequests());

    private static BlobClientOptions BlobOptions(IServiceProvider provider) =>
        Spread(new BlobClientOptions(), provider.GetRequiredService<HubMetrics>().CountBlobRequests());

    /// <summary>Sets retries over a few seconds, each twice as long as the one before and spread at random. The client
    /// waits longer where the service's <c>Retry-After</c> says so. The queue repeats longer calls.</summary>
    private static TOptions Spread<TOptions>(TOptions options, HttpPipelinePolicy counting)
        where TOptions : ClientOptions
    {
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = 4;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(3);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(10);
        options.Transport = new HttpClientTransport(
            new HttpClient(
                new SocketsHttpHandler
                {
                    MaxConnectionsPerServer = StorageConnections,
                    PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                }));
        options.AddPolicy(counting, HttpPipelinePosition.PerRetry);
        return options;
    }

    private static IReadOnlyList<TimeSpan> RetryDelays(SettingsReader reader)
    {
        const string Key = "Hub:RetryDelays";
        TimeSpan[] delays =
        [
            .. reader.List(Key)
                .Select(text => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var delay) ? delay : TimeSpan.Zero),
        ];
        if (!delays.All(delay => delay > TimeSpan.Zero))
        {
            reader.Fault(Key, "times longer than zero with commas between them", "00:00:05,00:01:00");
        }

        return delays.Length > 0 ? delays : MessageRetryPolicy.DefaultDelays;
    }

    private static ManagedIdentityCredential Identity(IConfiguration configuration, string connection) =>
        new(
            configuration[$"{connection}:clientId"] is { } clientId
                ? ManagedIdentityId.FromUserAssignedClientId(clientId) : ManagedIdentityId.SystemAssigned);

    private static string Required(IConfiguration configuration, string key) =>
        configuration[key] ?? throw new InvalidSettingsException(
            [
                $"{key}: must be a connection string, or the service's name for a managed identity, "
                + $"for example {key}__{(key == "ServiceBus" ? "fullyQualifiedNamespace" : "tableServiceUri")}.",
            ]);
}
