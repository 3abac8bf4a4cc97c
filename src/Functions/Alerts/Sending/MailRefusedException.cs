namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>The mail server refused a mail for good: sent again as it is, it would be refused again. The message names no address.</summary>
/// <param name="server">The server's name.</param>
/// <param name="answer">What it answered: a status, a code.</param>
public sealed class MailRefusedException(string server, string answer)
    : Exception($"The mail server {server} refused a mail with {answer}. Check the recipients and the sender in the settings Teams:*:Recipients and Mail:From.")
{
    /// <summary>Gets the server's name.</summary>
    public string Server { get; } = server;
}
