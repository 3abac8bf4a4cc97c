namespace IntegrationHub.History.Recording;

/// <summary>What the checker has to know about a fault by its name.</summary>
internal static class FaultNames
{
    /// <summary>The beginning of a fault during which a hub stands still.</summary>
    public const string Pause = "SIGSTOP";
}
