using IntegrationHub.Connectors.Common;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Registers one Salesforce organisation.</summary>
internal static class SalesforceRegistration
{
    public static void Register(ConnectorSettings settings, IServiceCollection services)
    {
        var options = SalesforceOptions.Read(settings);
        services.AddSingleton<IConnector>(_ => new SalesforceConnector(options));
    }
}
