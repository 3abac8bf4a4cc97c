using IntegrationHub.Functions.Ops.DeadLetters;
using IntegrationHub.Functions.Ops.Health;
using IntegrationHub.Functions.Ops.Unmapped;
using IntegrationHub.Functions.Outages;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Ops;

/// <summary>Registers health, dead letters and unmapped stages.</summary>
internal static class OpsRegistration
{
    public static IServiceCollection AddOps(this IServiceCollection services) => services
        .AddSingleton<ConnectorStateStore>()
        .AddSingleton<DroppedEvents>()
        .AddHostedService(provider => provider.GetRequiredService<ConnectorStateStore>())
        .AddSingleton<MissedStore>()
        .AddHostedService(provider => provider.GetRequiredService<MissedStore>())
        .AddSingleton<NoticeStore>()
        .AddSingleton<UnmappedStore>()
        .AddSingleton<IErasable>(provider => provider.GetRequiredService<UnmappedStore>())
        .AddSingleton<UnmappedFlow>()
        .AddHostedService(provider => provider.GetRequiredService<UnmappedFlow>())
        .AddSingleton<OutageStore>()
        .AddSingleton<OutageWatch>()
        .AddSingleton<OutageFlow>()
        .AddSingleton<QueueReceivers>()
        .AddSingleton<QueueProbe>()
        .AddSingleton<OutwardStore>()
        .AddSingleton<OutwardBreaker>()
        .AddSingleton<ConnectorGate>()
        .AddSingleton<SweepBeats>()
        .AddSingleton<HealthReader>()
        .AddSingleton<HealthFlow>()
        .AddSingleton<DeadLetterQueue>()
        .AddSingleton<DeadLetterJobStore>()
        .AddSingleton<DeadLetterWorker>()
        .AddSingleton<DeadLetterFlow>();
}
