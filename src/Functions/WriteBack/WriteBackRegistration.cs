using IntegrationHub.Functions.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.WriteBack;

/// <summary>Registers write-back.</summary>
public static class WriteBackRegistration
{
    /// <summary>Registers <see cref="WriteBackFlow"/> with what it needs.</summary>
    public static IServiceCollection AddWriteBack(this IServiceCollection services) => services
        .AddSingleton<SyncLoopBreakerStore>()
        .AddSingleton<IErasable>(provider => provider.GetRequiredService<SyncLoopBreakerStore>())
        .AddSingleton<SyncLoopBreakerFlow>()
        .AddSingleton<WriteBackFlow>();
}
