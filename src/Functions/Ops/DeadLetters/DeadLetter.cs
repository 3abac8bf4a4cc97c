namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>A dead-lettered message, without its body.</summary>
/// <param name="Sequence">Its number among the dead letters of its queue or subscription.</param>
/// <param name="Reason">The kind of fault; null when none was given.</param>
/// <param name="Description">What happened and what would help; null when none was given.</param>
/// <param name="Connector">The connector of a delivery; null for other messages.</param>
/// <param name="LeadId">The lead of an event; null for a delivery, which may hold many leads.</param>
internal sealed record DeadLetter(
    string Id, long Sequence, string? Reason, string? Description, string? Connector, string? LeadId, DateTimeOffset EnqueuedAt,
    int DeliveryCount);

/// <summary>The dead letters of a queue or subscription, oldest first.</summary>
/// <param name="Capped">Whether there are more than are listed.</param>
internal sealed record DeadLetterList(string Entity, int Count, bool Capped, IReadOnlyList<DeadLetter> DeadLetters);
