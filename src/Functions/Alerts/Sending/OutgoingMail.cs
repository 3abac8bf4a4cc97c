namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>A mail ready to be sent. Personal data: never to be logged.</summary>
public sealed record OutgoingMail
{
    /// <summary>Gets the <c>Message-ID</c>, angle brackets included.</summary>
    public required string MessageId { get; init; }

    /// <summary>Gets the id of the thread it belongs to, angle brackets included.</summary>
    public required string ThreadId { get; init; }

    /// <summary>Gets the addresses it goes to; at least one.</summary>
    public required IReadOnlyList<string> Recipients { get; init; }

    /// <summary>Gets the subject: one line.</summary>
    public required string Subject { get; init; }

    /// <summary>Gets the plain-text part.</summary>
    public required string Text { get; init; }

    /// <summary>Gets the HTML part.</summary>
    public required string Html { get; init; }
}
