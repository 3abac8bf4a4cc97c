using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Polly;
using Refit;

namespace IntegrationHub.Connectors.Http;

/// <summary>Registers the clients of one connector, under its name. All of them share one resilience pipeline.</summary>
internal static class VendorClients
{
    /// <summary>Connections are kept this long, so that a vendor that moves is found again.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>Registers a client that carries no token: the one that asks for tokens.</summary>
    public static IServiceCollection AddLoginClient<TApi>(this IServiceCollection services, string connector, Uri baseUrl, JsonSerializerOptions json)
        where TApi : class
    {
        services.AddClient<TApi>(connector, $"{connector}-login", baseUrl, json).AddHttpMessageHandler(provider => Resilience(provider, connector)).AddHttpMessageHandler(() => new WellFormedHandler());
        return services;
    }

    /// <summary>Registers a client whose requests carry the connector's token.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="connector">The connector's name.</param>
    /// <param name="baseUrl">The vendor's address.</param>
    /// <param name="json">How the vendor writes JSON.</param>
    /// <param name="tokens">Asks the vendor for a token.</param>
    /// <param name="outermost">A handler before that of the token; null for none.</param>
    public static IServiceCollection AddVendorClient<TApi>(
        this IServiceCollection services, string connector, Uri baseUrl, JsonSerializerOptions json,
        Func<IServiceProvider, CancellationToken, Task<AccessToken>> tokens, Func<IServiceProvider, DelegatingHandler>? outermost = null)
        where TApi : class
    {
        services.AddKeyedSingleton(connector, (provider, _) =>
            new AccessTokenCache(connector, cancellationToken => tokens(provider, cancellationToken), provider.GetRequiredService<TimeProvider>()));
        var client = services.AddClient<TApi>(connector, connector, baseUrl, json);
        if (outermost is not null)
        {
            client.AddHttpMessageHandler(outermost);
        }

        client.AddHttpMessageHandler(provider => new AccessTokenHandler(provider.GetRequiredKeyedService<AccessTokenCache>(connector)))
            .AddHttpMessageHandler(provider => Resilience(provider, connector))
            .AddHttpMessageHandler(() => new WellFormedHandler());
        return services;
    }

    private static IHttpClientBuilder AddClient<TApi>(this IServiceCollection services, string connector, string client, Uri baseUrl, JsonSerializerOptions json)
        where TApi : class
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddKeyedSingleton(connector, (provider, _) => HttpResilience.Build(new(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddKeyedSingleton(connector, (provider, _) => new VendorCalls(connector, provider.GetRequiredService<TimeProvider>()));
        return services
            .AddKeyedRefitGeneratedClient<TApi>(connector, _ => new RefitSettings(new SystemTextJsonContentSerializer(json)), client)
            .ConfigureHttpClient(http =>
            {
                http.BaseAddress = baseUrl;
                http.Timeout = Timeout.InfiniteTimeSpan;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { PooledConnectionLifetime = ConnectionLifetime, UseCookies = false, AllowAutoRedirect = false })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
    }

    private static ResilienceHandler Resilience(IServiceProvider provider, string connector) =>
        new(provider.GetRequiredKeyedService<ResiliencePipeline<HttpResponseMessage>>(connector), provider.GetRequiredService<TimeProvider>());
}
