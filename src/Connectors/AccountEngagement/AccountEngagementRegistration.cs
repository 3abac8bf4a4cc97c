using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.AccountEngagement;

/// <summary>Registers one business unit.</summary>
internal static class AccountEngagementRegistration
{
    public static void Register(ConnectorSettings settings, IServiceCollection services)
    {
        var options = AccountEngagementOptions.Read(settings);
        services.AddLoginClient<IAccountEngagementLoginApi>(options.Name, options.LoginUrl, AccountEngagementClient.Json)
            .AddVendorClient<IAccountEngagementApi>(
                options.Name, options.BaseUrl, AccountEngagementClient.Json,
                (provider, cancellationToken) => AccountEngagementClient.TokenAsync(
                    provider.GetRequiredKeyedService<IAccountEngagementLoginApi>(options.Name),
                    provider.GetRequiredKeyedService<VendorCalls>(options.Name), options, cancellationToken))
            .AddSingleton<IConnector>(provider => new AccountEngagementConnector(options, new(
                provider.GetRequiredKeyedService<IAccountEngagementApi>(options.Name),
                provider.GetRequiredKeyedService<VendorCalls>(options.Name), options, provider.GetRequiredService<TimeProvider>())));
    }
}
