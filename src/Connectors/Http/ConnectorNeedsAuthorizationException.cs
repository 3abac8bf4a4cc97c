namespace IntegrationHub.Connectors.Http;

/// <summary>A vendor rejects a connector's credentials. Retrying does not help until someone renews them.</summary>
public sealed class ConnectorNeedsAuthorizationException(string connector, string? errorCode)
    : VendorException(
        connector,
        $"{connector} is not authorized{(errorCode is null ? "" : $" ({errorCode})")}. Renew its credentials in Connectors:{connector}.",
        null)
{
    /// <inheritdoc/>
    public override bool MayPass => true;

    /// <summary>Gets the vendor's error code, such as <c>invalid_grant</c>; null when it gives none.</summary>
    public string? ErrorCode { get; } = errorCode;
}
