using IntegrationHub.Connectors.Common;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>Registers one HubSpot account.</summary>
internal static class HubSpotRegistration
{
    public static void Register(ConnectorSettings settings, IServiceCollection services)
    {
        var options = HubSpotOptions.Read(settings);
        services.AddSingleton<IConnector>(_ => new HubSpotConnector(options));
    }
}
