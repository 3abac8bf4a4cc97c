using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Mautic;

/// <summary>Registers one Mautic instance.</summary>
internal static class MauticRegistration
{
    public static void Register(ConnectorSettings settings, IServiceCollection services)
    {
        var options = MauticOptions.Read(settings);
        services.AddLoginClient<IMauticLoginApi>(options.Name, options.BaseUrl, MauticJson.Options)
            .AddVendorClient<IMauticApi>(
                options.Name, options.BaseUrl, MauticJson.Options,
                (provider, cancellationToken) => TokenAsync(provider, options, cancellationToken))
            .AddSingleton<IConnector>(provider => new MauticConnector(options, new(
                provider.GetRequiredKeyedService<IMauticApi>(options.Name),
                provider.GetRequiredKeyedService<VendorCalls>(options.Name),
                options.Name)));
    }

    private static async Task<AccessToken> TokenAsync(IServiceProvider provider, MauticOptions options, CancellationToken cancellationToken)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = options.ClientId,
            ["client_secret"] = options.ClientSecret,
        };
        var login = provider.GetRequiredKeyedService<IMauticLoginApi>(options.Name);
        var answer = await provider.GetRequiredKeyedService<VendorCalls>(options.Name)
            .RunAsync(() => login.TokenAsync(form, cancellationToken));
        return answer.AccessToken is { Length: > 0 } granted
            ? new(granted, answer.ExpiresIn is { } seconds ? TimeSpan.FromSeconds(seconds) : null)
            : throw new VendorUnavailableException(options.Name, "POST /oauth/v2/token", null, null);
    }
}
