namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>The state of the mailboxes.</summary>
/// <param name="Configured">Whether a mail server is configured.</param>
/// <param name="Waiting">The pending alerts; null when the tables do not answer.</param>
/// <param name="ThrottledUntil">When the throttle lets the next mail pass; null for now.</param>
/// <param name="Unsent">The ops notices that wait because no recipients are configured.</param>
internal sealed record MailHealthState(
    bool Configured, MailWaiting? Waiting, DateTimeOffset? ThrottledUntil, IReadOnlyList<string> Unsent);
