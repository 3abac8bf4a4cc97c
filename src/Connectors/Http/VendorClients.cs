using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Refit;

namespace IntegrationHub.Connectors.Http;

/// <summary>Registers a connector's HTTP clients, which share one resilience pipeline.</summary>
internal static class VendorClients
{
    /// <summary>The lifetime of a connection, so that DNS changes take effect.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>Registers the client that fetches tokens, and so sends none.</summary>
    public static IServiceCollection AddLoginClient<TApi>(
        this IServiceCollection services, string connector, Uri baseUrl, JsonSerializerOptions json)
        where TApi : class
    {
        services.AddClient<TApi>(connector, $"{connector}-login", baseUrl, json).AddResilience(connector);
        return services;
    }

    /// <summary>Registers a client that sends the connector's token.</summary>
    /// <param name="tokens">Fetches a token from the vendor.</param>
    /// <param name="outermost">A handler outside the token's; null for none.</param>
    /// <param name="scheme">The scheme of the header <c>Authorization</c>.</param>
    /// <param name="answers">Handlers inside the resilience handler, the outer one first, which see every attempt's buffered
    /// answer; null for none.</param>
    public static IServiceCollection AddVendorClient<TApi>(
        this IServiceCollection services, string connector, Uri baseUrl, JsonSerializerOptions json,
        Func<IServiceProvider, CancellationToken, Task<AccessToken>> tokens, Func<IServiceProvider, DelegatingHandler>? outermost = null,
        string scheme = "Bearer", IReadOnlyList<Func<IServiceProvider, DelegatingHandler>>? answers = null)
        where TApi : class
    {
        services.AddKeyedSingleton(connector, (provider, _) =>
            new AccessTokenCache(
                connector, cancellationToken => tokens(provider, cancellationToken), provider.GetRequiredService<TimeProvider>()));
        var client = services.AddClient<TApi>(connector, connector, baseUrl, json);
        if (outermost is not null)
        {
            client.AddHttpMessageHandler(outermost);
        }

        client.AddHttpMessageHandler(provider =>
                new AccessTokenHandler(provider.GetRequiredKeyedService<AccessTokenCache>(connector), scheme))
            .AddResilience(connector, answers);
        return services;
    }

    /// <summary>Registers a client that sends a key in a header of the vendor's own.</summary>
    /// <param name="limits">Reads the vendor's limits inside the resilience handler; null for none.</param>
    public static IServiceCollection AddKeyClient<TApi>(
        this IServiceCollection services, string connector, Uri baseUrl, JsonSerializerOptions json, string header, string key,
        Func<IServiceProvider, DelegatingHandler>? limits = null)
        where TApi : class
    {
        services.AddClient<TApi>(connector, connector, baseUrl, json)
            .ConfigureHttpClient(http => http.DefaultRequestHeaders.TryAddWithoutValidation(header, key))
            .AddResilience(connector, limits is null ? [] : [limits]);
        return services;
    }

    /// <summary>Registers a client of requests that no interface declares, under the connector's name.</summary>
    /// <param name="tokens">Fetches a token; null for a client that sends none of its own.</param>
    public static IHttpClientBuilder AddPlainClient(
        this IServiceCollection services, string connector, Uri baseUrl,
        Func<IServiceProvider, CancellationToken, Task<AccessToken>>? tokens)
    {
        var client = services.AddShared(connector).AddHttpClient(connector).Prepare(baseUrl);
        if (tokens is not null)
        {
            services.AddKeyedSingleton(connector, (provider, _) => new AccessTokenCache(
                connector, cancellationToken => tokens(provider, cancellationToken), provider.GetRequiredService<TimeProvider>()));
            client.AddHttpMessageHandler(provider =>
                new AccessTokenHandler(provider.GetRequiredKeyedService<AccessTokenCache>(connector)));
        }

        client.AddResilience(connector);
        return client;
    }

    /// <summary>Registers the client that fetches tokens for <see cref="AddPlainClient"/>.</summary>
    public static void AddPlainLoginClient(this IServiceCollection services, string connector, Uri baseUrl) =>
        services.AddShared(connector).AddHttpClient($"{connector}-login").Prepare(baseUrl).AddResilience(connector);

    private static IHttpClientBuilder AddClient<TApi>(
        this IServiceCollection services, string connector, string client, Uri baseUrl, JsonSerializerOptions json)
        where TApi : class
    {
        return services.AddShared(connector)
            .AddKeyedRefitGeneratedClient<TApi>(connector, _ => new RefitSettings(new SystemTextJsonContentSerializer(json)), client)
            .Prepare(baseUrl);
    }

    /// <summary>Registers what all clients of a connector share.</summary>
    private static IServiceCollection AddShared(this IServiceCollection services, string connector)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddKeyedSingleton(connector, (provider, _) => HttpResilience.Build(new(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddKeyedSingleton(connector, (provider, _) => new VendorCalls(connector, provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    private static IHttpClientBuilder Prepare(this IHttpClientBuilder client, Uri baseUrl) => client
        .ConfigureHttpClient(http =>
        {
            http.BaseAddress = baseUrl;
            http.Timeout = Timeout.InfiniteTimeSpan;
        })
        .ConfigurePrimaryHttpMessageHandler(() =>
            new SocketsHttpHandler { PooledConnectionLifetime = ConnectionLifetime, UseCookies = false, AllowAutoRedirect = false })
        .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
        .RemoveAllLoggers();

    /// <summary>Adds the connector's pipeline, and the body handlers inside it.</summary>
    private static void AddResilience(
        this IHttpClientBuilder client, string connector, IReadOnlyList<Func<IServiceProvider, DelegatingHandler>>? answers = null)
    {
        client.AddHttpMessageHandler(provider =>
            new ResilienceHandler(provider.GetRequiredKeyedService<ResiliencePipeline<HttpResponseMessage>>(connector)));
        foreach (var handler in answers ?? [])
        {
            client.AddHttpMessageHandler(handler);
        }

        client.AddHttpMessageHandler(() => new BufferingHandler()).AddHttpMessageHandler(() => new WellFormedHandler());
    }
}
