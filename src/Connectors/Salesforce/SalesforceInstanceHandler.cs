using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Sends calls to the organisation's own address, known from the sign-in. It belongs
/// outside the token's handler.</summary>
internal sealed class SalesforceInstanceHandler(AccessTokenCache tokens, SalesforceSession session, Uri loginUrl) : DelegatingHandler
{
    private readonly string _login = loginUrl.AbsoluteUri.TrimEnd('/');

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await tokens.GetAsync(cancellationToken);
        var asked = request.RequestUri!.AbsoluteUri;
        request.RequestUri = new(session.InstanceUrl + asked[_login.Length..]);
        return await base.SendAsync(request, cancellationToken);
    }
}
