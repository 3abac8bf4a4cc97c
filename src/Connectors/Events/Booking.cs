namespace IntegrationHub.Connectors.Events;

/// <summary>The present state of a booked activity.</summary>
/// <param name="DueAt">When it is due; null when it is done or cancelled, or has only a day.</param>
/// <param name="DueOn">The day it is due, for activities without a time.</param>
public sealed record Booking(string ActivityId, DateTimeOffset? DueAt, DateOnly? DueOn);
