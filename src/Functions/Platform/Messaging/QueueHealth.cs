namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>The message counts of a queue or subscription.</summary>
/// <param name="Name">Its name; <c>topic/subscription</c> for a subscription.</param>
/// <param name="Active">Messages that wait or are being processed; null when the bus does not answer.</param>
/// <param name="DeadLettered">Dead letters; null when the bus does not answer.</param>
/// <param name="Capped">Whether counting stopped early.</param>
internal sealed record QueueHealth(string Name, int? Active, int? DeadLettered, bool Capped)
{
    /// <summary>Gets when the oldest of the counted active messages was queued; null for none. It tells a backlog better
    /// than a count.</summary>
    public DateTimeOffset? OldestAt { get; init; }
}
