using System.Net.Mail;

namespace IntegrationHub.Functions.Alerts.Mail;

/// <summary>The mail server refused a mail for good: sent again as it is, it would be refused again. The message names no address.</summary>
public sealed class MailRefusedException(string server, SmtpStatusCode status)
    : Exception($"The mail server {server} refused a mail with {(int)status} ({status}). Check the recipients and the sender in the settings Teams:*:Recipients and Mail:From.")
{
    /// <summary>Gets the server's name.</summary>
    public string Server { get; } = server;

    /// <summary>Gets what the server answered.</summary>
    public SmtpStatusCode Status { get; } = status;
}
