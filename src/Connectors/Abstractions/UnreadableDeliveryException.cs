namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A delivery that was let in cannot be read after all. Trying again will not help: it is parked with its raw body.</summary>
public sealed class UnreadableDeliveryException(string connector, string reason)
    : Exception($"A delivery of {connector} cannot be read: {reason}")
{
    /// <summary>Gets the connector's name.</summary>
    public string Connector { get; } = connector;

    /// <summary>Gets why, without any of the body.</summary>
    public string Reason { get; } = reason;
}
