using System.Net.Mail;

namespace IntegrationHub.Functions.Alerts.Mail;

/// <summary>The mail server could not be reached, or asked us to come back later. The same mail may be sent again.</summary>
public sealed class MailUnavailableException(string server, SmtpStatusCode? status, string what)
    : Exception($"The mail server {server} did not take a mail{(status is { } code ? $" ({(int)code})" : "")}: {what}")
{
    /// <summary>Gets the server's name.</summary>
    public string Server { get; } = server;

    /// <summary>Gets what the server answered; null when it did not answer.</summary>
    public SmtpStatusCode? Status { get; } = status;
}
