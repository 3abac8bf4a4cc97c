namespace IntegrationHub.Connectors.Http;

/// <summary>A token as a vendor gave it.</summary>
/// <param name="Value">The secret.</param>
/// <param name="ExpiresIn">How long it holds from when it was asked for; null where the vendor does not say, so until it is refused.</param>
public sealed record AccessToken(string Value, TimeSpan? ExpiresIn)
{
    /// <summary>Prints everything but the secret.</summary>
    /// <returns>When it expires.</returns>
    public override string ToString() => $"token, expires in {ExpiresIn?.ToString() ?? "?"}";
}
