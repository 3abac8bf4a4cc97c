namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>How mail leaves the hub. Section <c>Mail</c>.</summary>
public sealed record MailOptions
{
    /// <summary>Gets the sender's address. Default: <c>hub@localhost.localdomain</c>.</summary>
    public required string From { get; init; }

    /// <summary>Gets the SMTP server; null where none is named.</summary>
    public SmtpOptions? Smtp { get; init; }

    /// <summary>Gets the Azure Communication Services that send instead; null where none are named. Without them and <see cref="Smtp"/> alerts wait in the mailbox.</summary>
    public AzureCommunicationOptions? AzureCommunication { get; init; }

    /// <summary>Gets how many mails may go out within a minute, 1 to 5,000; zero for any number. Default: 30, what a fresh Azure Communication Services resource takes.</summary>
    public int PerMinute { get; init; } = 30;

    /// <summary>Gets how many mails may go out within an hour, 1 to 5,000; zero for any number. Default: 100, what a fresh Azure Communication Services resource takes.</summary>
    public int PerHour { get; init; } = 100;

    /// <summary>Gets a value indicating whether anything is named that sends.</summary>
    public bool Sends => Smtp is not null || AzureCommunication is not null;

    /// <summary>Gets the sender's domain: the right half of every message id.</summary>
    public string Host => From[(From.LastIndexOf('@') + 1)..];
}

/// <summary>Azure Communication Services. Section <c>Mail:AzureCommunication</c>.</summary>
public sealed record AzureCommunicationOptions
{
    /// <summary>Gets the resource's address, such as <c>https://contoso.communication.azure.com</c>.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Gets the client id of the user-assigned managed identity that sends; null for the system-assigned one.</summary>
    public string? ClientId { get; init; }
}

/// <summary>An SMTP server. Section <c>Mail:Smtp</c>.</summary>
public sealed record SmtpOptions
{
    /// <summary>Gets the server's name.</summary>
    public required string Host { get; init; }

    /// <summary>Gets its port. Default: 587.</summary>
    public int Port { get; init; } = 587;

    /// <summary>Gets the user; null for a server that asks for none.</summary>
    public string? User { get; init; }

    /// <summary>Gets the user's password.</summary>
    public string? Password { get; init; }

    /// <summary>Gets a value indicating whether the connection is secured by STARTTLS. Default: true where a user is named, else false.</summary>
    public bool StartTls { get; init; }
}
