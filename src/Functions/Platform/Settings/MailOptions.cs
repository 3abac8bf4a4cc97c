using System.Net;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>How the hub sends mail. Section <c>Mail</c>.</summary>
internal sealed record MailOptions
{
    /// <summary>Gets the sender's address. Default: <c>hub@localhost.localdomain</c>.</summary>
    public required string From { get; init; }

    /// <summary>Gets the SMTP server; null for none.</summary>
    public SmtpOptions? Smtp { get; init; }

    /// <summary>Gets the Azure Communication Services to send with; null for none. Without these and <see cref="Smtp"/>
    /// alerts wait in the mailbox.</summary>
    public AzureCommunicationOptions? AzureCommunication { get; init; }

    /// <summary>Gets the most mails a minute, 1 to 5,000; zero for no limit. Default: 30, the initial limit of Azure
    /// Communication Services.</summary>
    public int PerMinute { get; init; } = 30;

    /// <summary>Gets the most mails an hour, 1 to 5,000; zero for no limit. Default: 100, the initial limit of Azure
    /// Communication Services.</summary>
    public int PerHour { get; init; } = 100;

    /// <summary>Gets a value indicating whether a mail server is configured.</summary>
    public bool Sends => Smtp is not null || AzureCommunication is not null;

    /// <summary>Gets a value indicating whether mails go to people, and not to a catcher on this machine.</summary>
    public bool LeavesMachine => AzureCommunication is not null || Smtp is { IsLoopback: false };

    /// <summary>Gets the sender's domain, used in message ids.</summary>
    public string Host => From[(From.LastIndexOf('@') + 1)..];
}

/// <summary>Azure Communication Services. Section <c>Mail:AzureCommunication</c>.</summary>
internal sealed record AzureCommunicationOptions
{
    /// <summary>Gets the resource's address, such as <c>https://contoso.communication.azure.com</c>.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Gets the client id of the user-assigned managed identity that sends; null for
    /// the system-assigned one.</summary>
    public string? ClientId { get; init; }
}

/// <summary>An SMTP server. Section <c>Mail:Smtp</c>.</summary>
internal sealed record SmtpOptions
{
    public required string Host { get; init; }

    /// <summary>Gets the port. Default: 587.</summary>
    public int Port { get; init; } = 587;

    /// <summary>Gets the user; null when the server needs none.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Gets a value indicating whether STARTTLS secures the connection. Default: true when a
    /// user is set, else false.</summary>
    public bool StartTls { get; init; }

    /// <summary>Gets a value indicating whether the server runs on this machine.</summary>
    public bool IsLoopback =>
        Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));
}
