namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>A single event is larger than a message may be, compressed as it is. It is parked instead.</summary>
public sealed class DeliveryTooLargeException(string connector, int bytes)
    : Exception($"A single event of {connector} with {bytes} bytes does not fit into a message.")
{
    /// <summary>Gets the connector's name.</summary>
    public string Connector { get; } = connector;
}
