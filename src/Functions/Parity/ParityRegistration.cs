using IntegrationHub.Functions.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Parity;

/// <summary>Registers the comparison of the tools.</summary>
internal static class ParityRegistration
{
    public static IServiceCollection AddParity(this IServiceCollection services) => services
        .AddSingleton<ParityStore>()
        .AddSingleton<IErasableByKey>(provider => provider.GetRequiredService<ParityStore>())
        .AddSingleton<ParityComparer>()
        .AddSingleton<ParityNews>()
        .AddSingleton<ParityFlow>();
}
