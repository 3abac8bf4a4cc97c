using System.Diagnostics.Metrics;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Archive;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Ingestion;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace IntegrationHub.Functions.Replays;

/// <summary>The registrations of the hub, from which a replay makes a second one.</summary>
internal sealed record HubBlueprint(IServiceCollection Services);

/// <summary>A second hub in this process without any effect outside: its tables have a prefix of their own, its bus delivers
/// nothing, and it asks no vendor. It starts from the live leads as they were before the replay's range.</summary>
internal sealed class ShadowHub : IAsyncDisposable
{
    private const string AfterNames = "~";

    private readonly ServiceProvider _services;

    private ShadowHub(ServiceProvider services) => _services = services;

    /// <summary>Gets its journeys.</summary>
    public JourneyStore Journeys => _services.GetRequiredService<JourneyStore>();

    /// <summary>Gets its keys.</summary>
    public IdentityStore Identities => _services.GetRequiredService<IdentityStore>();

    /// <summary>Gets its record links.</summary>
    public RecordLinkStore RecordLinks => _services.GetRequiredService<RecordLinkStore>();

    /// <summary>Makes the hub of a replay.</summary>
    /// <param name="live">The services of the live hub.</param>
    public static ShadowHub Create(IServiceProvider live, Replay replay)
    {
        var hub = live.GetRequiredService<HubOptions>();
        var services = new ServiceCollection();
        foreach (var registration in live.GetRequiredService<HubBlueprint>().Services)
        {
            ((ICollection<ServiceDescriptor>)services).Add(registration);
        }

        services
            .Replace(ServiceDescriptor.Singleton(hub with { TablePrefix = $"{hub.TablePrefix}Replay{replay.Id}" }))
            .Replace(ServiceDescriptor.Singleton(live.GetRequiredService<ConnectorSet>()))
            .Replace(ServiceDescriptor.Singleton(WithMoreFacts(live.GetRequiredService<FunnelSettings>())))
            .Replace(ServiceDescriptor.Singleton(live.GetRequiredService<TableServiceClient>()))
            .Replace(ServiceDescriptor.Singleton(live.GetRequiredService<BlobServiceClient>()))
            .Replace(ServiceDescriptor.Singleton<ServiceBusClient>(new SilentBus()))
            .Replace(ServiceDescriptor.Singleton<IMeterFactory>(new UnlistedMeters()))
            .Replace(ServiceDescriptor.Singleton<ILoggerFactory>(NullLoggerFactory.Instance))
            .AddSingleton<IEarlierLeads>(
                new EarlierLeads(
                    live.GetRequiredService<JourneyStore>(), live.GetRequiredService<JourneyReader>(),
                    live.GetRequiredService<IdentityStore>(), live.GetRequiredService<RecordLinkStore>(), replay.Range));
        return new(services.BuildServiceProvider());
    }

    /// <summary>Lets a rebuilt lead sum up later than the live one, so that every fact that the live one has is compared.</summary>
    private static FunnelSettings WithMoreFacts(FunnelSettings live) => live with { FactsPerLead = 4 * live.FactsPerLead };

    /// <summary>Copies the questions that people answered, so that nobody is asked again.</summary>
    public async Task CopyReviewsAsync(ReviewStore live, CancellationToken cancellationToken)
    {
        var own = _services.GetRequiredService<ReviewStore>();
        foreach (var review in await live.AnsweredAsync(cancellationToken))
        {
            await own.AskAsync(review, cancellationToken);
        }
    }

    /// <summary>Processes an archived delivery.</summary>
    /// <exception cref="UnreadableDeliveryException">Its mapper does not read it any more.</exception>
    public async Task ProcessAsync(
        IDeliveryReader reader, ArchivedDelivery archived, ArchiveName name, CancellationToken cancellationToken)
    {
        var delivery = archived.Parts is [var first, ..] ? first : new()
        {
            Connector = name.Connector,
            Headers = new Dictionary<string, string>(),
            Body = ReadOnlyMemory<byte>.Empty,
            ReceivedAt = name.ReceivedAt,
        };
        // One part with all leads: there is no queue for several.
        var work = new DeliveryInHand(
            delivery with { Part = new(0, 1) }, archived.MessageId, new KeyLookups(Identities), Again: false);
        await _services.GetRequiredService<ProcessFlow>().ApplyAsync(archived.Events(reader), work, cancellationToken);
    }

    /// <summary>Removes its tables and containers.</summary>
    public async Task RemoveTablesAsync(CancellationToken cancellationToken)
    {
        var prefix = _services.GetRequiredService<HubOptions>().TablePrefix;
        var tables = _services.GetRequiredService<TableServiceClient>();
        var filter = TableClient.CreateQueryFilter($"TableName ge {prefix} and TableName lt {prefix + AfterNames}");
        await foreach (var table in tables.QueryAsync(filter, cancellationToken: cancellationToken))
        {
            await tables.DeleteTableAsync(table.Name, cancellationToken);
        }

        var blobs = _services.GetRequiredService<BlobServiceClient>();
        var containers = blobs.GetBlobContainersAsync(
            BlobContainerTraits.None, BlobContainerStates.None, prefix.ToLowerInvariant(), cancellationToken);
        await foreach (var container in containers)
        {
            await blobs.DeleteBlobContainerAsync(container.Name, cancellationToken: cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();

    /// <summary>Meters that no exporter and no test of the live hub listens to.</summary>
    private sealed class UnlistedMeters : IMeterFactory
    {
        private readonly List<Meter> _meters = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter($"{options.Name}.Replay");
            _meters.Add(meter);
            return meter;
        }

        public void Dispose() => _meters.ForEach(meter => meter.Dispose());
    }
}
