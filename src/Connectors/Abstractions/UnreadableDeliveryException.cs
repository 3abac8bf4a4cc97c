namespace IntegrationHub.Connectors.Abstractions;

/// <summary>An accepted delivery that cannot be read. Retrying does not help: it is parked with its raw body.</summary>
public sealed class UnreadableDeliveryException(string connector, string reason)
    : Exception($"A delivery of {connector} cannot be read: {reason}")
{
    public string Connector { get; } = connector;

    /// <summary>Gets the reason, without any of the body.</summary>
    public string Reason { get; } = reason;
}
