using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Marketo;

/// <summary>Registers one Marketo instance.</summary>
internal static class MarketoRegistration
{
    /// <summary>The most calls at once. An instance takes ten of all integrations together.</summary>
    private static readonly ResilienceOptions Resilience = new() { MaxConcurrency = 4 };

    public static void Register(ConnectorSettings settings, IServiceCollection services)
    {
        var options = MarketoOptions.Read(settings);
        services
            .AddKeyedSingleton(options.Name, (provider, _) => HttpResilience.Build(Resilience, provider.GetRequiredService<TimeProvider>()))
            .AddLoginClient<IMarketoLoginApi>(options.Name, options.BaseUrl, MarketoJson.Options)
            .AddVendorClient<IMarketoApi>(
                options.Name, options.BaseUrl, MarketoJson.Options,
                (provider, cancellationToken) => MarketoClient.TokenAsync(
                    provider.GetRequiredKeyedService<IMarketoLoginApi>(options.Name),
                    provider.GetRequiredKeyedService<VendorCalls>(options.Name), options, provider.GetRequiredService<TimeProvider>(),
                    cancellationToken),
                answers:
                [
                    provider => new MarketoRefusals(provider.GetRequiredService<TimeProvider>()),
                    provider => new MarketoBudget(options.DailyCalls, provider.GetRequiredService<TimeProvider>()),
                ])
            .AddSingleton<IConnector>(provider => new MarketoConnector(options, new(
                provider.GetRequiredKeyedService<IMarketoApi>(options.Name),
                provider.GetRequiredKeyedService<VendorCalls>(options.Name), options)));
    }
}
