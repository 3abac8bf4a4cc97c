using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Http;

/// <summary>The methods that an HTTP function accepts; empty for all.</summary>
internal sealed record FunctionMethods(IReadOnlyList<string> Names);

/// <summary>
/// Lets a route match only for the methods of its function. As on the real host a known route with another method is
/// not found, 404 and not 405, and <c>get</c> does not bring <c>head</c> with it.
/// </summary>
internal sealed class FunctionMethodPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    /// <inheritdoc/>
    public override int Order => 0;

    /// <inheritdoc/>
    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        endpoints.Any(each => each.Metadata.GetMetadata<FunctionMethods>() is not null);

    /// <inheritdoc/>
    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates[i].Endpoint.Metadata.GetMetadata<FunctionMethods>() is { Names: { Count: > 0 } names }
                && !names.Contains(httpContext.Request.Method, StringComparer.OrdinalIgnoreCase))
            {
                candidates.SetValidity(i, false);
            }
        }

        return Task.CompletedTask;
    }
}
