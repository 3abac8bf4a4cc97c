namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>The mail server refused a mail; a repeat would be refused, too. The message names no address.</summary>
/// <param name="answer">The server's status or code.</param>
internal sealed class MailRefusedException(string server, string answer)
    : Exception(
        $"The mail server {server} refused a mail with {answer}. "
        + "Check the recipients and the sender in the settings Teams:*:Recipients and Mail:From.")
{
    public string Server { get; } = server;
}
