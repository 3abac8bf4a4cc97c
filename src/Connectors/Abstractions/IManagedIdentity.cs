using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>Signs in as the identity of the app that the hub runs in.</summary>
public interface IManagedIdentity
{
    /// <summary>Returns a token.</summary>
    /// <param name="connector">The connector's name, for the failure.</param>
    /// <param name="scope">What it is for: <c>https://…/.default</c>.</param>
    /// <param name="clientId">The identity, where the app has several; null for its own.</param>
    /// <exception cref="ConnectorNeedsAuthorizationException">The app has no such identity, or it may not sign in.</exception>
    Task<AccessToken> TokenAsync(string connector, string scope, string? clientId, CancellationToken cancellationToken);
}
