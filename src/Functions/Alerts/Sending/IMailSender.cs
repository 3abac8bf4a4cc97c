namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Hands mail to a server.</summary>
public interface IMailSender
{
    /// <summary>Returns when the server has taken the mail for at least one of its recipients.</summary>
    /// <exception cref="MailUnavailableException">The server could not be reached, or asked us to come back later.</exception>
    /// <exception cref="MailRefusedException">The server refused the mail for good.</exception>
    Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken);
}
