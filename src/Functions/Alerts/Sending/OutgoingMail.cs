namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>A mail to send. Personal data: never log it.</summary>
internal sealed record OutgoingMail
{
    /// <summary>Gets the <c>Message-ID</c>, angle brackets included.</summary>
    public required string MessageId { get; init; }

    /// <summary>Gets the thread's id, angle brackets included.</summary>
    public required string ThreadId { get; init; }

    /// <summary>Gets the addresses, at least one.</summary>
    public required IReadOnlyList<string> Recipients { get; init; }

    /// <summary>Gets the subject, one line.</summary>
    public required string Subject { get; init; }

    /// <summary>Gets the plain-text part.</summary>
    public required string Text { get; init; }

    /// <summary>Gets the HTML part.</summary>
    public required string Html { get; init; }
}
