// Not for production: stands in for the package Refit where it cannot be had.
using Refit.Embedded;

namespace Refit;

/// <summary>Makes clients of interfaces.</summary>
public static class RestService
{
    /// <summary>Makes a client with the default settings.</summary>
    /// <typeparam name="T">The interface.</typeparam>
    /// <param name="client">Sends the requests; must have a base address.</param>
    /// <returns>The client.</returns>
    /// <exception cref="ArgumentException">A method of the interface cannot be a request; the message says which and why.</exception>
    public static T For<T>(HttpClient client) => For<T>(client, (RefitSettings?)null);

    /// <summary>Makes a client.</summary>
    /// <typeparam name="T">The interface.</typeparam>
    /// <param name="client">Sends the requests; must have a base address.</param>
    /// <param name="settings">What the requests have in common; null is the default.</param>
    /// <returns>The client.</returns>
    /// <exception cref="ArgumentException">A method of the interface cannot be a request; the message says which and why.</exception>
    public static T For<T>(HttpClient client, RefitSettings? settings) => (T)For(typeof(T), client, settings);

    /// <summary>Makes a client with the default settings.</summary>
    /// <typeparam name="T">The interface.</typeparam>
    /// <param name="hostUrl">The base address.</param>
    /// <returns>The client.</returns>
    public static T For<T>(string hostUrl) => For<T>(hostUrl, null);

    /// <summary>Makes a client.</summary>
    /// <typeparam name="T">The interface.</typeparam>
    /// <param name="hostUrl">The base address.</param>
    /// <param name="settings">What the requests have in common; null is the default.</param>
    /// <returns>The client.</returns>
    public static T For<T>(string hostUrl, RefitSettings? settings) => For<T>(CreateHttpClient(hostUrl, settings), settings);

    /// <summary>Makes a client of an interface known at run time.</summary>
    /// <param name="refitInterfaceType">The interface.</param>
    /// <param name="client">Sends the requests; must have a base address.</param>
    /// <param name="settings">What the requests have in common; null is the default.</param>
    /// <returns>The client.</returns>
    /// <exception cref="ArgumentException">A method of the interface cannot be a request; the message says which and why.</exception>
    public static object For(Type refitInterfaceType, HttpClient client, RefitSettings? settings)
    {
        ArgumentNullException.ThrowIfNull(refitInterfaceType);
        ArgumentNullException.ThrowIfNull(client);
        return ClientProxy.Create(refitInterfaceType, new RequestSender(client, settings ?? new RefitSettings()));
    }

    /// <summary>Makes the <see cref="HttpClient"/> of an address.</summary>
    /// <param name="hostUrl">The base address.</param>
    /// <param name="settings">May name the innermost handler; null is the default.</param>
    /// <returns>The client, which the caller disposes.</returns>
    public static HttpClient CreateHttpClient(string hostUrl, RefitSettings? settings)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(hostUrl);
        return new HttpClient(settings?.HttpMessageHandlerFactory?.Invoke() ?? new HttpClientHandler())
        {
            BaseAddress = new Uri(hostUrl.TrimEnd('/')),
        };
    }
}
