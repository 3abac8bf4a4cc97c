using System.Net;
using System.Net.Http.Headers;

namespace IntegrationHub.Connectors.Http;

/// <summary>Adds the connector's token to each request. After a 401 it drops the token and repeats the request once. It
/// belongs outside the resilience handler.</summary>
public sealed class AccessTokenHandler(AccessTokenCache tokens, string scheme = "Bearer") : DelegatingHandler
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is not null)
        {
            await request.Content.LoadIntoBufferAsync(cancellationToken);
        }

        var token = await tokens.GetAsync(cancellationToken);
        request.Headers.Authorization = new AuthenticationHeaderValue(scheme, token);
        var answer = await base.SendAsync(request, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Unauthorized)
        {
            return answer;
        }

        var renewed = await RenewAsync(token, answer, cancellationToken);
        if (renewed == token)
        {
            return answer;
        }

        answer.Dispose();
        request.Headers.Authorization = new AuthenticationHeaderValue(scheme, renewed);
        return await base.SendAsync(request, cancellationToken);
    }

    private async Task<string> RenewAsync(string refused, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        tokens.Invalidate(refused);
        try
        {
            return await tokens.GetAsync(cancellationToken);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }
}
