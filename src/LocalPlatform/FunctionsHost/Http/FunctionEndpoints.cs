using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Http;

/// <summary>The routes of the HTTP functions. There are none until the worker has described its functions.</summary>
internal sealed class FunctionEndpoints : EndpointDataSource, IDisposable
{
    private readonly CancellationTokenSource _set = new();
    private volatile IReadOnlyList<Endpoint> _endpoints = [];

    /// <summary>Gets whether <see cref="Set"/> was called.</summary>
    public bool IsSet => _set.IsCancellationRequested;

    /// <inheritdoc/>
    public override IReadOnlyList<Endpoint> Endpoints => _endpoints;

    /// <summary>Sets the routes; called once.</summary>
    public void Set(IReadOnlyList<Endpoint> endpoints)
    {
        _endpoints = endpoints;
        _set.Cancel();
    }

    /// <inheritdoc/>
    public override IChangeToken GetChangeToken() => new CancellationChangeToken(IsSet ? CancellationToken.None : _set.Token);

    /// <inheritdoc/>
    public void Dispose() => _set.Dispose();
}
