using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Registers handoffs.</summary>
public static class HandoffRegistration
{
    /// <summary>Registers <see cref="HandoffFlow"/> with what it needs; faults go to <paramref name="reader"/>.</summary>
    public static IServiceCollection AddHandoffs(this IServiceCollection services, SettingsReader reader) => services
        .AddSingleton(HandoffRoutingReader.ReadConnectors(reader))
        .AddSingleton<RoundRobinStore>()
        .AddSingleton<IErasable>(provider => provider.GetRequiredService<RoundRobinStore>())
        .AddSingleton<AssignmentFlow>()
        .AddSingleton<ReturnStore>()
        .AddSingleton<IErasable>(provider => provider.GetRequiredService<ReturnStore>())
        .AddSingleton<ReturnFlow>()
        .AddSingleton<HandoffFlow>()
        .AddSingleton<NoteFlow>()
        .AddSingleton<MarketingFlow>();
}
