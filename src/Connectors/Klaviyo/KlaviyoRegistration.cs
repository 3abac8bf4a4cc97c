using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Klaviyo;

/// <summary>Registers one Klaviyo account.</summary>
internal static class KlaviyoRegistration
{
    public static void Register(ConnectorSettings settings, IServiceCollection services)
    {
        var options = KlaviyoOptions.Read(settings);
        services.AddVendorClient<IKlaviyoApi>(
                options.Name, options.BaseUrl, KlaviyoJson.Options, (_, _) => Task.FromResult(new AccessToken(options.ApiKey, null)),
                scheme: "Klaviyo-API-Key")
            .AddSingleton<IConnector>(provider => new KlaviyoConnector(options, new(
                provider.GetRequiredKeyedService<IKlaviyoApi>(options.Name),
                provider.GetRequiredKeyedService<VendorCalls>(options.Name))));
    }
}
