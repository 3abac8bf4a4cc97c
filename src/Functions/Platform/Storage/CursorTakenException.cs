namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>A claim on a cursor expired and another instance took it over. The rest of the work is theirs.</summary>
internal sealed class CursorTakenException(string name, Exception? inner = null) : Exception(
    $"The cursor of {name} was taken over.", inner)
{
    public string Name { get; } = name;
}
