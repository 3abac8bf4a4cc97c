namespace IntegrationHub.Connectors.Events;

/// <summary>An activity that a team has booked, as it stands now.</summary>
/// <param name="ActivityId">Its id in its tool.</param>
/// <param name="DueAt">When it is due; null when it is done or called off, or only its day is told.</param>
/// <param name="DueOn">The day it is due on, where no time is told.</param>
public sealed record Booking(string ActivityId, DateTimeOffset? DueAt, DateOnly? DueOn);
