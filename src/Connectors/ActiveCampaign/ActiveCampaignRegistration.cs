using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.ActiveCampaign;

/// <summary>Registers one ActiveCampaign account.</summary>
internal static class ActiveCampaignRegistration
{
    public static void Register(ConnectorSettings settings, IServiceCollection services)
    {
        var options = ActiveCampaignOptions.Read(settings);
        services.AddKeyClient<IActiveCampaignApi>(options.Name, options.BaseUrl, ActiveCampaignJson.Options, "Api-Token", options.ApiKey)
            .AddSingleton<IConnector>(provider => new ActiveCampaignConnector(options, new(
                provider.GetRequiredKeyedService<IActiveCampaignApi>(options.Name),
                provider.GetRequiredKeyedService<VendorCalls>(options.Name),
                options.Name)));
    }
}
