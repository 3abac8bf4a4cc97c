namespace IntegrationHub.Functions.Settings;

/// <summary>How mail leaves the hub. Section <c>Mail</c>.</summary>
public sealed record MailOptions
{
    /// <summary>Gets the sender's address. Default: <c>hub@localhost</c>.</summary>
    public required string From { get; init; }

    /// <summary>Gets the SMTP server; null where none is named: alerts then wait on the bus.</summary>
    public SmtpOptions? Smtp { get; init; }
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
