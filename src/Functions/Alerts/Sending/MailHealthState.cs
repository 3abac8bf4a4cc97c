namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>How it looks in the mailboxes.</summary>
/// <param name="Configured">Whether anything is named that sends mail.</param>
/// <param name="Waiting">What waits; null when the tables do not answer.</param>
/// <param name="ThrottledUntil">When the throttle lets the next mail out; null for now.</param>
/// <param name="Untold">The notices that ops are not told of, because nobody is named to be told.</param>
public sealed record MailHealthState(bool Configured, MailWaiting? Waiting, DateTimeOffset? ThrottledUntil, IReadOnlyList<string> Untold);
