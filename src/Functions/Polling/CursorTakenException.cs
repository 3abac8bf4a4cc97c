namespace IntegrationHub.Functions.Polling;

/// <summary>A claim on a cursor expired and another instance took it over. The rest of the poll is theirs.</summary>
public sealed class CursorTakenException(string connector, Exception? inner = null) : Exception(
    $"The cursor of {connector} was taken over.", inner)
{
    public string Connector { get; } = connector;
}
