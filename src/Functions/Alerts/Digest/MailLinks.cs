namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>The links of a mail about a lead.</summary>
/// <param name="Acknowledge">The page for "we are on it".</param>
/// <param name="Snooze">The page for "not now".</param>
internal sealed record MailLinks(Uri Record, Uri Acknowledge, Uri Snooze);
