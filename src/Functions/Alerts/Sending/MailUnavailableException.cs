namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>The mail server could not be reached, or asked us to come back later. The same mail may be sent again.</summary>
/// <param name="server">The server's name.</param>
/// <param name="what">What happened, without an address.</param>
public sealed class MailUnavailableException(string server, string what) : Exception($"The mail server {server} did not take a mail: {what}")
{
    /// <summary>Gets the server's name.</summary>
    public string Server { get; } = server;

    /// <summary>Gets how long the server asks us to wait; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Gets a value indicating whether the server may have the mail all the same: it did not answer in time.</summary>
    public bool MayHaveTaken { get; init; }
}
