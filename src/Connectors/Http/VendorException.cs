namespace IntegrationHub.Connectors.Http;

/// <summary>A call to a vendor failed. The message names neither a person nor a secret.</summary>
/// <param name="connector">The connector's name.</param>
/// <param name="message">What happened and what to do.</param>
/// <param name="inner">The cause; null where there is none.</param>
public abstract class VendorException(string connector, string message, Exception? inner) : Exception(message, inner)
{
    /// <summary>Gets the connector's name.</summary>
    public string Connector { get; } = connector;

    /// <summary>Gets a value indicating whether the same call may succeed later.</summary>
    public abstract bool MayPass { get; }
}
