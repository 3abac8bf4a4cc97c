using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Dynamics;

/// <summary>Registers one Dataverse environment.</summary>
internal static class DynamicsRegistration
{
    public static void Register(ConnectorSettings settings, IServiceCollection services)
    {
        var options = DynamicsOptions.Read(settings);
        services.AddLoginClient<IDynamicsLoginApi>(options.Name, options.LoginUrl, DynamicsWire.Json)
            .AddVendorClient<IDynamicsApi>(
                options.Name, options.BaseUrl, DynamicsWire.Json,
                (provider, cancellationToken) => DynamicsClient.TokenAsync(
                    provider.GetRequiredKeyedService<IDynamicsLoginApi>(options.Name), provider.GetService<IManagedIdentity>(),
                    provider.GetRequiredKeyedService<VendorCalls>(options.Name), options, cancellationToken))
            .AddSingleton<IConnector>(provider => new DynamicsConnector(options, new(
                provider.GetRequiredKeyedService<IDynamicsApi>(options.Name),
                provider.GetRequiredKeyedService<VendorCalls>(options.Name), options)));
    }
}
