namespace IntegrationHub.Connectors.Http;

/// <summary>A failed call to a vendor. The message holds no personal data and no secret.</summary>
public abstract class VendorException(string connector, string message, Exception? inner) : Exception(message, inner)
{
    /// <summary>Gets the connector's name.</summary>
    public string Connector { get; } = connector;

    /// <summary>Gets a value indicating whether the same call may succeed later.</summary>
    public abstract bool MayPass { get; }
}
