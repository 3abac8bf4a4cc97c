using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Polling;

internal static class PollingRegistration
{
    public static IServiceCollection AddPolling(this IServiceCollection services) => services
        .AddSingleton<PollFlow>();
}
