using System.Text.Json;
using System.Text.Json.Serialization;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Registers one Salesforce organisation.</summary>
internal static class SalesforceRegistration
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.Strict };

    public static void Register(ConnectorSettings settings, IServiceCollection services)
    {
        var options = SalesforceOptions.Read(settings);
        var session = new SalesforceSession(options.BaseUrl, options.OrganizationId);
        services.AddLoginClient<ISalesforceLoginApi>(options.Name, options.BaseUrl, Json)
            .AddVendorClient<ISalesforceApi>(
                options.Name, options.BaseUrl, Json,
                (provider, cancellationToken) => TokenAsync(provider, options, session, cancellationToken),
                provider =>
                    new SalesforceInstanceHandler(
                        provider.GetRequiredKeyedService<AccessTokenCache>(options.Name), session, options.BaseUrl))
            .AddSingleton<IConnector>(provider => new SalesforceConnector(
                options,
                new(
                    provider.GetRequiredKeyedService<ISalesforceApi>(options.Name),
                    provider.GetRequiredKeyedService<VendorCalls>(options.Name), session, options),
                provider.GetRequiredService<ILogger<SalesforceConnector>>()));
    }

    /// <summary>Fetches a token. Salesforce does not tell its lifetime, so it is used until refused.</summary>
    private static async Task<AccessToken> TokenAsync(
        IServiceProvider provider, SalesforceOptions options, SalesforceSession session, CancellationToken cancellationToken)
    {
        var form = SalesforceSignIn.Form(options, provider.GetRequiredService<TimeProvider>().GetUtcNow());
        var login = provider.GetRequiredKeyedService<ISalesforceLoginApi>(options.Name);
        var token = await provider.GetRequiredKeyedService<VendorCalls>(options.Name)
            .RunAsync(() => login.TokenAsync(form, cancellationToken));
        if (token.AccessToken is not { Length: > 0 } granted)
        {
            throw new VendorUnavailableException(options.Name, "POST /services/oauth2/token", null, null);
        }

        return session.Store(token) is { } fault ? throw new ConnectorNeedsAuthorizationException(options.Name, fault) : new(granted, null);
    }
}
