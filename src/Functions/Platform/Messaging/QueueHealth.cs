namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>How full a queue or subscription is.</summary>
/// <param name="Name">Its name; a subscription's is <c>topic/subscription</c>.</param>
/// <param name="Active">Messages that wait or are being worked on; null when the bus does not answer.</param>
/// <param name="DeadLettered">Messages that were given up; null when the bus does not answer.</param>
/// <param name="Capped">Whether counting stopped early: there may be more.</param>
public sealed record QueueHealth(string Name, int? Active, int? DeadLettered, bool Capped);
