namespace IntegrationHub.Functions.Polling;

/// <summary>A claim on a cursor expired and somebody else has taken it over: the rest of the poll is theirs.</summary>
public sealed class CursorTakenException(string connector, Exception? inner = null) : Exception($"The cursor of {connector} was taken over.", inner)
{
    /// <summary>Gets the connector's name.</summary>
    public string Connector { get; } = connector;
}
