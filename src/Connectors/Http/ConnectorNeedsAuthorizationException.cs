namespace IntegrationHub.Connectors.Http;

/// <summary>A vendor no longer takes a connector's credentials. Trying again does not help until someone has renewed them.</summary>
/// <param name="connector">The connector's name.</param>
/// <param name="errorCode">The vendor's own code, such as <c>invalid_grant</c>; null where it gives none.</param>
public sealed class ConnectorNeedsAuthorizationException(string connector, string? errorCode)
    : Exception($"{connector} is not authorized{(errorCode is null ? "" : $" ({errorCode})")}. Renew its credentials in Connectors:{connector}.")
{
    /// <summary>Gets the connector's name.</summary>
    public string Connector { get; } = connector;

    /// <summary>Gets the vendor's own code for the error; null where it gives none.</summary>
    public string? ErrorCode { get; } = errorCode;
}
