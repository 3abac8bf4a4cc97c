using IntegrationHub.Functions.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Replays;

/// <summary>Registers replays of the archive.</summary>
internal static class ReplayRegistration
{
    public static IServiceCollection AddReplays(this IServiceCollection services) => services
        .AddSingleton(new HubBlueprint(services))
        .AddSingleton<ReplayStore>()
        .AddSingleton<ErasureLedger>()
        .AddSingleton<IErasable>(provider => provider.GetRequiredService<ErasureLedger>())
        .AddSingleton<ErasureRepeat>()
        .AddSingleton<LeadSwitch>()
        .AddSingleton<ReplayRebuilder>()
        .AddSingleton<ReplayFlow>();
}
