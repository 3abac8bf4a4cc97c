using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Http;

/// <summary>The routes of the HTTP functions. There are none until the worker has described its functions.</summary>
internal sealed class FunctionEndpoints : EndpointDataSource, IDisposable
{
    private readonly CancellationTokenSource _set = new();
    private volatile IReadOnlyList<Endpoint> _endpoints = [];
    private volatile bool _isSet;

    /// <summary>Gets whether the routes are set and in use.</summary>
    public bool IsSet => _isSet;

    /// <inheritdoc/>
    public override IReadOnlyList<Endpoint> Endpoints => _endpoints;

    /// <summary>Sets the routes; called once.</summary>
    public void Set(IReadOnlyList<Endpoint> endpoints)
    {
        _endpoints = endpoints;

        // Routing takes them over before this returns.
        _set.Cancel();
        _isSet = true;
    }

    /// <inheritdoc/>
    public override IChangeToken GetChangeToken() =>
        new CancellationChangeToken(_set.IsCancellationRequested ? CancellationToken.None : _set.Token);

    /// <inheritdoc/>
    public void Dispose() => _set.Dispose();
}
