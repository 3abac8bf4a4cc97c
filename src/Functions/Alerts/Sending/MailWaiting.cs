namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>The numbers of pending alerts, one for each alert and recipient group.</summary>
/// <param name="Soon">Those of the next mail.</param>
/// <param name="Held">Those that wait for the end of quiet hours.</param>
/// <param name="Inhibited">Those that wait until a tool works again.</param>
internal sealed record MailWaiting(int Soon, int Held, int Inhibited);
