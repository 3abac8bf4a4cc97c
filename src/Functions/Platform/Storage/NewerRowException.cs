namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>A stored row cannot be read, most likely because a newer hub wrote it. What needs it waits until a hub reads
/// it, and is never given up.</summary>
internal sealed class NewerRowException(string row, string reason, Exception? cause)
    : Exception($"Row '{row}' of Journeys {reason}. Run the hub that wrote it, or a newer one.", cause);
