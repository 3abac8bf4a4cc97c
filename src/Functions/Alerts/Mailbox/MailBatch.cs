using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Mailbox;

/// <summary>A mail, stored before it is sent: a crash repeats the same mail with the same id, or nothing.
/// Personal data: never log it.</summary>
internal sealed record MailBatch
{
    /// <summary>Gets the <c>Message-ID</c>, angle brackets included.</summary>
    public required string MessageId { get; init; }

    /// <summary>Gets the thread's id, angle brackets included.</summary>
    public required string ThreadId { get; init; }

    public required string Subject { get; init; }

    /// <summary>Gets the plain-text part.</summary>
    public required string Text { get; init; }

    /// <summary>Gets the HTML part.</summary>
    public required string Html { get; init; }

    /// <summary>Gets the alerts in it.</summary>
    public required IReadOnlyList<BatchMember> Members { get; init; }

    /// <summary>Gets the outcome: <see cref="AlertOutcome.Pending"/> until a server accepts or refuses it.</summary>
    public AlertOutcome Outcome { get; init; }

    /// <summary>Gets why it was refused; null when it was not.</summary>
    public string? Refusal { get; init; }

    /// <summary>Gets the trace context that the mail continues; null for none.</summary>
    public string? Trace { get; init; }
}

/// <summary>An alert in a mail.</summary>
/// <param name="WaitsFor">The connector whose outage it waited for until then; null for none.</param>
internal sealed record BatchMember(LeadId LeadId, string AlertId, MailboxKind Kind, string? WaitsFor = null);
