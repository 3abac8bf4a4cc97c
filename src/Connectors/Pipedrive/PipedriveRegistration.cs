using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Pipedrive;

/// <summary>Registers one Pipedrive company.</summary>
internal static class PipedriveRegistration
{
    public static void Register(ConnectorSettings settings, IServiceCollection services)
    {
        var options = PipedriveOptions.Read(settings);
        services.AddKeyClient<IPipedriveApi>(
                options.Name, options.BaseUrl, PipedriveWire.Json, "x-api-token", options.ApiToken,
                provider => new PipedriveLimits(provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<IConnector>(provider => new PipedriveConnector(options, new(
                provider.GetRequiredKeyedService<IPipedriveApi>(options.Name),
                provider.GetRequiredKeyedService<VendorCalls>(options.Name))));
    }
}
