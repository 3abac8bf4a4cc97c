using IntegrationHub.Functions.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.WriteBack;

internal static class WriteBackRegistration
{
    public static IServiceCollection AddWriteBack(this IServiceCollection services) => services
        .AddSingleton<SyncLoopBreakerStore>()
        .AddSingleton<IErasable>(provider => provider.GetRequiredService<SyncLoopBreakerStore>())
        .AddSingleton<SyncLoopBreakerFlow>()
        .AddSingleton<WriteBackFlow>();
}
