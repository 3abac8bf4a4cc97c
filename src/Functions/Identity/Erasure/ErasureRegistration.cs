using IntegrationHub.Functions.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Registers erasure.</summary>
internal static class ErasureRegistration
{
    public static IServiceCollection AddErasure(this IServiceCollection services) => services
        .AddSingleton<ErasureStore>()
        .AddSingleton<ErasureBrakeFlow>()
        .AddSingleton<HeldStore>()
        .AddSingleton<IErasable>(provider => provider.GetRequiredService<HeldStore>())
        .AddSingleton<HeldFlow>()
        .AddSingleton<ToolErasureStore>()
        .AddSingleton<ToolErasureFlow>()
        .AddSingleton<IErasable>(provider => provider.GetRequiredService<ToolErasureFlow>())
        .AddSingleton<LeadHider>()
        .AddSingleton<PersonEraser>()
        .AddSingleton<ErasureSettler>()
        .AddSingleton<ErasureRequests>()
        .AddSingleton<ErasureFlow>()
        .AddSingleton<ErasureDecisionFlow>()
        .AddSingleton<ErasureSweepFlow>();
}
