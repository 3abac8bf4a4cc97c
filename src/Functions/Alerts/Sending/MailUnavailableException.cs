namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>The mail server was not reached, or asked to retry later. The same mail may be sent again.</summary>
/// <param name="what">What happened, without an address.</param>
internal sealed class MailUnavailableException(string server, string what) : Exception(
    $"The mail server {server} did not take a mail: {what}")
{
    public string Server { get; } = server;

    /// <summary>Gets how long the server asks to wait; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Gets a value indicating whether the server may have accepted the mail, because
    /// its answer is missing.</summary>
    public bool MayHaveTaken { get; init; }
}
