namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>The links of a mail about a lead.</summary>
/// <param name="Record">The record in the tool; null when no tool has one.</param>
/// <param name="Details">The page with the details and both answers.</param>
/// <param name="Acknowledge">The page for "we are on it".</param>
/// <param name="Snooze">The page for "not now".</param>
internal sealed record MailLinks(Uri? Record, Uri Details, Uri Acknowledge, Uri Snooze);
