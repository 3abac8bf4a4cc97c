using Azure.Core;
using Azure.Identity;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using AccessToken = IntegrationHub.Connectors.Http.AccessToken;

namespace IntegrationHub.Functions.Platform;

/// <summary>Signs connectors in as the identity of the function app.</summary>
internal sealed class ManagedIdentity(TimeProvider clock) : IManagedIdentity
{
    /// <inheritdoc/>
    public async Task<AccessToken> TokenAsync(string connector, string scope, string? clientId, CancellationToken cancellationToken)
    {
        var credential = new ManagedIdentityCredential(
            clientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(clientId));
        try
        {
            var token = await credential.GetTokenAsync(new TokenRequestContext([scope]), cancellationToken);
            return new(token.Token, token.ExpiresOn - clock.GetUtcNow());
        }
        catch (AuthenticationFailedException refused)
        {
            // Its message may hold the address and the answer of the identity's endpoint.
            throw new ConnectorNeedsAuthorizationException(connector, refused.GetType().Name);
        }
    }
}
