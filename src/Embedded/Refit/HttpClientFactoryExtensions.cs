using Microsoft.Extensions.DependencyInjection;
using Refit.Embedded;

namespace Refit;

/// <summary>Registers the clients of interfaces with the client factory.</summary>
public static class HttpClientFactoryExtensions
{
    /// <summary>Registers the client of an interface with the default settings.</summary>
    /// <typeparam name="T">The interface.</typeparam>
    /// <param name="services">Where it is registered.</param>
    /// <returns>What configures its HTTP client and handlers.</returns>
    public static IHttpClientBuilder AddRefitClient<T>(this IServiceCollection services)
        where T : class => services.AddRefitClient<T>(static _ => null, null);

    /// <summary>Registers the client of an interface.</summary>
    /// <typeparam name="T">The interface.</typeparam>
    /// <param name="services">Where it is registered.</param>
    /// <param name="settings">What its requests have in common; null is the default.</param>
    /// <returns>What configures its HTTP client and handlers.</returns>
    public static IHttpClientBuilder AddRefitClient<T>(this IServiceCollection services, RefitSettings? settings)
        where T : class => services.AddRefitClient<T>(_ => settings, null);

    /// <summary>Registers the client of an interface.</summary>
    /// <typeparam name="T">The interface.</typeparam>
    /// <param name="services">Where it is registered.</param>
    /// <param name="settingsAction">Makes what its requests have in common, once; null is the default.</param>
    /// <returns>What configures its HTTP client and handlers.</returns>
    public static IHttpClientBuilder AddRefitClient<T>(this IServiceCollection services, Func<IServiceProvider, RefitSettings?>? settingsAction)
        where T : class => services.AddRefitClient<T>(settingsAction, null);

    /// <summary>Registers the client of an interface.</summary>
    /// <typeparam name="T">The interface.</typeparam>
    /// <param name="services">Where it is registered.</param>
    /// <param name="settingsAction">Makes what its requests have in common, once; null is the default.</param>
    /// <param name="httpClientName">The factory's name for its HTTP client; null takes one of the interface.</param>
    /// <returns>What configures its HTTP client and handlers.</returns>
    public static IHttpClientBuilder AddRefitClient<T>(
        this IServiceCollection services, Func<IServiceProvider, RefitSettings?>? settingsAction, string? httpClientName)
        where T : class
    {
        services.AddSingleton(provider => new SettingsFor<T>(settingsAction?.Invoke(provider)));
        return services
            .AddHttpClient(httpClientName ?? UniqueName.ForType<T>())
            .AddTypedClient((client, provider) => RestService.For<T>(client, provider.GetRequiredService<SettingsFor<T>>().Settings));
    }

    /// <summary>Registers one of several clients of an interface with the default settings.</summary>
    /// <typeparam name="T">The interface.</typeparam>
    /// <param name="services">Where it is registered.</param>
    /// <param name="serviceKey">Tells the clients apart.</param>
    /// <returns>What configures its HTTP client and handlers.</returns>
    public static IHttpClientBuilder AddKeyedRefitClient<T>(this IServiceCollection services, object? serviceKey)
        where T : class => services.AddKeyedRefitClient<T>(serviceKey, static _ => null, null);

    /// <summary>Registers one of several clients of an interface.</summary>
    /// <typeparam name="T">The interface.</typeparam>
    /// <param name="services">Where it is registered.</param>
    /// <param name="serviceKey">Tells the clients apart.</param>
    /// <param name="settings">What its requests have in common; null is the default.</param>
    /// <returns>What configures its HTTP client and handlers.</returns>
    public static IHttpClientBuilder AddKeyedRefitClient<T>(this IServiceCollection services, object? serviceKey, RefitSettings? settings)
        where T : class => services.AddKeyedRefitClient<T>(serviceKey, _ => settings, null);

    /// <summary>Registers one of several clients of an interface.</summary>
    /// <typeparam name="T">The interface.</typeparam>
    /// <param name="services">Where it is registered.</param>
    /// <param name="serviceKey">Tells the clients apart.</param>
    /// <param name="settingsAction">Makes what its requests have in common, once; null is the default.</param>
    /// <returns>What configures its HTTP client and handlers.</returns>
    public static IHttpClientBuilder AddKeyedRefitClient<T>(
        this IServiceCollection services, object? serviceKey, Func<IServiceProvider, RefitSettings?>? settingsAction)
        where T : class => services.AddKeyedRefitClient<T>(serviceKey, settingsAction, null);

    /// <summary>Registers one of several clients of an interface.</summary>
    /// <typeparam name="T">The interface.</typeparam>
    /// <param name="services">Where it is registered.</param>
    /// <param name="serviceKey">Tells the clients apart.</param>
    /// <param name="settingsAction">Makes what its requests have in common, once; null is the default.</param>
    /// <param name="httpClientName">The factory's name for its HTTP client; null takes one of the interface and the key.</param>
    /// <returns>What configures its HTTP client and handlers.</returns>
    public static IHttpClientBuilder AddKeyedRefitClient<T>(
        this IServiceCollection services, object? serviceKey, Func<IServiceProvider, RefitSettings?>? settingsAction, string? httpClientName)
        where T : class
    {
        var name = httpClientName ?? UniqueName.ForType<T>(serviceKey);
        services.AddKeyedSingleton(serviceKey, (provider, _) => new SettingsFor<T>(settingsAction?.Invoke(provider)));
        services.AddKeyedTransient(serviceKey, (provider, _) => RestService.For<T>(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(name),
            provider.GetRequiredKeyedService<SettingsFor<T>>(serviceKey).Settings));

        return services.AddHttpClient(name);
    }

    /// <summary>Asks for the credential where an <c>Authorization: Scheme</c> header without value is declared, in a fresh scope for each request.</summary>
    /// <param name="builder">The client that needs it.</param>
    /// <param name="getToken">Answers the credential; null or blank sends no header.</param>
    /// <returns>The builder.</returns>
    public static IHttpClientBuilder AddAuthorizationHeaderValueProvider(
        this IHttpClientBuilder builder, Func<IServiceProvider, HttpRequestMessage, CancellationToken, ValueTask<string>> getToken)
    {
        ArgumentNullException.ThrowIfNull(getToken);
        return builder.AddHttpMessageHandler(
            provider => new AuthorizationHandler(provider.GetRequiredService<IServiceScopeFactory>(), getToken));
    }
}
