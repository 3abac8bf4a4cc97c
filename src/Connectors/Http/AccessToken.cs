namespace IntegrationHub.Connectors.Http;

/// <summary>A vendor's access token.</summary>
/// <param name="Value">The secret.</param>
/// <param name="ExpiresIn">Its lifetime from the request; null when the vendor does not say.</param>
public sealed record AccessToken(string Value, TimeSpan? ExpiresIn)
{
    /// <summary>Prints everything but the secret.</summary>
    public override string ToString() => $"token, expires in {ExpiresIn?.ToString() ?? "?"}";
}
