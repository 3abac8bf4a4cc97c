using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Handoffs;

internal static class HandoffRegistration
{
    public static IServiceCollection AddHandoffs(this IServiceCollection services, SettingsReader reader) => services
        .AddSingleton(new HandoffOptions { Connectors = HandoffRoutingReader.ReadConnectors(reader) })
        .AddSingleton<RoundRobinStore>()
        .AddSingleton<IErasable>(provider => provider.GetRequiredService<RoundRobinStore>())
        .AddSingleton<AssignmentFlow>()
        .AddSingleton<ReturnStore>()
        .AddSingleton<IErasable>(provider => provider.GetRequiredService<ReturnStore>())
        .AddSingleton<ReturnFlow>()
        .AddSingleton<HandoffTargets>()
        .AddSingleton<HandoffFlow>()
        .AddSingleton<NoteFlow>()
        .AddSingleton<MarketingFlow>();
}
