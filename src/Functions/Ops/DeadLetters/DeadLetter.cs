namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>A message that was given up, without its body.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="Sequence">Its number among the dead letters of its queue or subscription, in the order they were given up.</param>
/// <param name="Reason">The kind of fault; null where nobody said.</param>
/// <param name="Description">What happened and what would help; null where nobody said.</param>
/// <param name="Connector">The connector that brought it; null for what is no delivery.</param>
/// <param name="LeadId">The lead it is about; null for a delivery, which may be about many.</param>
/// <param name="EnqueuedAt">When it was queued.</param>
/// <param name="DeliveryCount">How often it was received.</param>
public sealed record DeadLetter(
    string Id, long Sequence, string? Reason, string? Description, string? Connector, string? LeadId, DateTimeOffset EnqueuedAt, int DeliveryCount);

/// <summary>What was given up in a queue or subscription, the oldest first.</summary>
/// <param name="Entity">Its name.</param>
/// <param name="Count">How many are listed.</param>
/// <param name="Capped">Whether there are more than are listed.</param>
/// <param name="DeadLetters">The messages.</param>
public sealed record DeadLetterList(string Entity, int Count, bool Capped, IReadOnlyList<DeadLetter> DeadLetters);
