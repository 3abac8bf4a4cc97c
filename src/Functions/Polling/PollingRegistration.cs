using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Polling;

/// <summary>Registers polling.</summary>
public static class PollingRegistration
{
    /// <summary>Registers <see cref="PollFlow"/> with what it needs.</summary>
    public static IServiceCollection AddPolling(this IServiceCollection services) => services
        .AddSingleton<CursorStore>()
        .AddSingleton<PollFlow>();
}
