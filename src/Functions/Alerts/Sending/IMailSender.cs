namespace IntegrationHub.Functions.Alerts.Sending;

internal interface IMailSender
{
    /// <summary>Sends a mail; returns when the server accepted it for at least one recipient.</summary>
    /// <exception cref="MailUnavailableException">The server was not reached, or asked to retry later.</exception>
    /// <exception cref="MailRefusedException">The server refused the mail.</exception>
    Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken);
}
