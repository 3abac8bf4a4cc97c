namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>What waits to be told, one for each alert and audience.</summary>
/// <param name="Soon">What comes with the next mail.</param>
/// <param name="Held">What is held for quiet hours.</param>
/// <param name="Inhibited">What waits until a tool works again.</param>
public sealed record MailWaiting(int Soon, int Held, int Inhibited);
