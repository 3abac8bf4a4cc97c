namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>A single event that exceeds a bus message even when compressed. It is parked.</summary>
public sealed class DeliveryTooLargeException(string connector, int bytes)
    : Exception($"A single event of {connector} with {bytes} bytes does not fit into a message.")
{
    public string Connector { get; } = connector;
}
