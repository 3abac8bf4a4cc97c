using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Mailbox;

/// <summary>One mail with everybody it tells of, fixed before it is sent: after a crash the same words go out under the same id, or nothing does. Personal data: never to be logged.</summary>
public sealed record MailBatch
{
    /// <summary>Gets the <c>Message-ID</c>, angle brackets included.</summary>
    public required string MessageId { get; init; }

    /// <summary>Gets the id of its thread, angle brackets included.</summary>
    public required string ThreadId { get; init; }

    /// <summary>Gets the subject.</summary>
    public required string Subject { get; init; }

    /// <summary>Gets the plain-text part.</summary>
    public required string Text { get; init; }

    /// <summary>Gets the HTML part.</summary>
    public required string Html { get; init; }

    /// <summary>Gets what it tells of.</summary>
    public required IReadOnlyList<BatchMember> Members { get; init; }

    /// <summary>Gets how it ended: <see cref="AlertOutcome.Pending"/> until a server has taken it or refused it for good.</summary>
    public AlertOutcome Outcome { get; init; }

    /// <summary>Gets why it was refused; null where it was not.</summary>
    public string? Refusal { get; init; }
}

/// <summary>One entry of a mail.</summary>
/// <param name="LeadId">The lead.</param>
/// <param name="AlertId">The alert's id.</param>
/// <param name="Kind">What is told of it.</param>
public sealed record BatchMember(LeadId LeadId, string AlertId, MailboxKind Kind);
