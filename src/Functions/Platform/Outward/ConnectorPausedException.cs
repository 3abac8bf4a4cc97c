namespace IntegrationHub.Functions.Platform.Outward;

/// <summary>A delivery waits, because its connector does not answer or has enough in hand. The message comes back and
/// uses no attempt.</summary>
/// <param name="wait">How long to wait at least.</param>
internal sealed class ConnectorPausedException(string connector, TimeSpan wait)
    : Exception($"Deliveries to {connector} are paused.")
{
    public string Connector { get; } = connector;

    /// <summary>Gets how long to wait at least.</summary>
    public TimeSpan Wait { get; } = wait;
}
