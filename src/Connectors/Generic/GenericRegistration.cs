using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Generic;

/// <summary>Registers one tool that settings alone describe.</summary>
internal static class GenericRegistration
{
    /// <summary>Where a tool without an address is called: nowhere. No setting has a request for it.</summary>
    private static readonly Uri Nowhere = new("https://nowhere.invalid");

    public static void Register(ConnectorSettings settings, IServiceCollection services)
    {
        var options = new GenericReader(settings).Read();
        var api = options.Api;
        services.AddPlainLoginClient(options.Name, api?.TokenUrl ?? Nowhere);
        var client = services.AddPlainClient(options.Name, WithSlash(api?.BaseUrl ?? Nowhere), TokensOf(options));
        if (api is { Scheme: ApiScheme.Header or ApiScheme.Basic or ApiScheme.Bearer })
        {
            var (header, value) = api.Scheme switch
            {
                ApiScheme.Basic => ("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{api.User}:{api.Secret}"))}"),
                ApiScheme.Bearer => ("Authorization", $"Bearer {api.Secret}"),
                _ => (api.Header, api.Secret),
            };
            client.ConfigureHttpClient(http => http.DefaultRequestHeaders.TryAddWithoutValidation(header, value));
        }

        services.AddSingleton<IConnector>(provider => Create(options, new(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(options.Name),
            provider.GetRequiredKeyedService<VendorCalls>(options.Name))));
    }

    private static GenericConnector Create(GenericOptions options, GenericClient client) =>
        (options.Poll is not null, options.Write.Task is not null) switch
        {
            (true, true) => new GenericPolledCrmConnector(options, client),
            (true, false) => new GenericPolledConnector(options, client),
            (false, true) => new GenericCrmConnector(options, client),
            _ => new GenericConnector(options, client),
        };

    private static Func<IServiceProvider, CancellationToken, Task<AccessToken>>? TokensOf(GenericOptions options) =>
        options.Api is { Scheme: ApiScheme.OAuth } api
            ? (provider, cancellationToken) => GenericClient.TokenAsync(
                provider.GetRequiredService<IHttpClientFactory>().CreateClient($"{options.Name}-login"),
                provider.GetRequiredKeyedService<VendorCalls>(options.Name), api, cancellationToken)
            : null;

    private static Uri WithSlash(Uri address) => address.AbsoluteUri.EndsWith('/') ? address : new($"{address.AbsoluteUri}/");
}
