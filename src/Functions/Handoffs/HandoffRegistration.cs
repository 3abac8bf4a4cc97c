using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Registers handoffs.</summary>
public static class HandoffRegistration
{
    /// <summary>Registers <see cref="HandoffFlow"/> with what it needs.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="reader">Takes the faults.</param>
    public static IServiceCollection AddHandoffs(this IServiceCollection services, SettingsReader reader) => services
        .AddSingleton(new HandoffOptions { Connectors = HandoffRoutingReader.ReadConnectors(reader) })
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
