namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>Where the mail about a lead leads.</summary>
/// <param name="Record">Its record.</param>
/// <param name="Acknowledge">The page to say "we are on it".</param>
/// <param name="Snooze">The page to say "not now".</param>
public sealed record MailLinks(Uri Record, Uri Acknowledge, Uri Snooze);
