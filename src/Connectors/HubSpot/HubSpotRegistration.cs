using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>Registers one HubSpot account.</summary>
internal static class HubSpotRegistration
{
    public static void Register(ConnectorSettings settings, IServiceCollection services)
    {
        var options = HubSpotOptions.Read(settings);
        services.AddLoginClient<IHubSpotLoginApi>(options.Name, options.BaseUrl, HubSpotJson.Options)
            .AddVendorClient<IHubSpotApi>(
                options.Name, options.BaseUrl, HubSpotJson.Options,
                (provider, cancellationToken) => TokenAsync(provider, options, cancellationToken))
            .AddSingleton<IConnector>(provider => new HubSpotConnector(options, new(
                provider.GetRequiredKeyedService<IHubSpotApi>(options.Name),
                provider.GetRequiredKeyedService<VendorCalls>(options.Name),
                provider.GetRequiredService<TimeProvider>())));
    }

    /// <summary>Fetches a token. A private app's token lasts until it is revoked; an OAuth app
    /// uses its refresh token.</summary>
    private static async Task<AccessToken> TokenAsync(
        IServiceProvider provider, HubSpotOptions options, CancellationToken cancellationToken)
    {
        if (options.AccessToken is { } token)
        {
            return new(token, null);
        }

        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["client_id"] = options.ClientId!,
            ["client_secret"] = options.ClientSecret.Current,
            ["refresh_token"] = options.RefreshToken!,
        };
        var login = provider.GetRequiredKeyedService<IHubSpotLoginApi>(options.Name);
        var answer = await provider.GetRequiredKeyedService<VendorCalls>(options.Name)
            .RunAsync(() => login.TokenAsync(form, cancellationToken));
        return answer.AccessToken is { Length: > 0 } granted
            ? new(granted, answer.ExpiresIn is { } seconds ? TimeSpan.FromSeconds(seconds) : null)
            : throw new VendorUnavailableException(options.Name, "POST /oauth/v1/token", null, null);
    }
}
