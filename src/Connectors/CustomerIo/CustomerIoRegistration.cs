using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.CustomerIo;

/// <summary>Registers one Customer.io workspace.</summary>
internal static class CustomerIoRegistration
{
    public static void Register(ConnectorSettings settings, IServiceCollection services)
    {
        var options = CustomerIoOptions.Read(settings);
        var password = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.SiteId}:{options.ApiKey}"));
        var app = $"{options.Name}-app";
        services.AddVendorClient<ICustomerIoApi>(
                options.Name, options.BaseUrl, CustomerIoClient.Json, (_, _) => Task.FromResult(new AccessToken(password, null)),
                scheme: "Basic")
            .AddVendorClient<ICustomerIoAppApi>(
                app, options.AppBaseUrl, CustomerIoClient.Json, (_, _) => Task.FromResult(new AccessToken(options.AppKey, null)))
            .AddSingleton<IConnector>(provider => new CustomerIoConnector(options, new(
                provider.GetRequiredKeyedService<ICustomerIoApi>(options.Name),
                provider.GetRequiredKeyedService<ICustomerIoAppApi>(app),
                provider.GetRequiredKeyedService<VendorCalls>(options.Name))));
    }
}
