using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;

namespace Refit.Embedded;

/// <summary>Asks for the credential where a request has an <c>Authorization</c> header with a scheme only.</summary>
internal sealed class AuthorizationHandler(
    IServiceScopeFactory scopes, Func<IServiceProvider, HttpRequestMessage, CancellationToken, ValueTask<string>> getToken) : DelegatingHandler
{
    public static bool IsAskedFor(HttpRequestMessage request, [NotNullWhen(true)] out string? scheme)
    {
        scheme = request.Headers.Authorization is { } header && string.IsNullOrWhiteSpace(header.Parameter) ? header.Scheme : null;
        return scheme is not null;
    }

    public static void Apply(HttpRequestMessage request, string scheme, string? token) =>
        request.Headers.Authorization = string.IsNullOrWhiteSpace(token) ? null : new AuthenticationHeaderValue(scheme, token);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (IsAskedFor(request, out var scheme))
        {
            await using var scope = scopes.CreateAsyncScope();
            Apply(request, scheme, await getToken(scope.ServiceProvider, request, cancellationToken));
        }

        return await base.SendAsync(request, cancellationToken);
    }
}
