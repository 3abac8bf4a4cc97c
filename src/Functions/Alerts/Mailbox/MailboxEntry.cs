using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Mailbox;

internal enum MailboxKind
{
    /// <summary>The lead is stalled.</summary>
    Stalled,

    /// <summary>The lead moved on after the group was notified.</summary>
    Resolved,
}

/// <summary>An alert that waits for a recipient group. It names lead and alert only; the
/// content is read at the sending.</summary>
internal sealed record MailboxEntry
{
    public required RecipientGroup RecipientGroup { get; init; }

    public required LeadId LeadId { get; init; }

    public required string AlertId { get; init; }

    public MailboxKind Kind { get; init; }

    /// <summary>Gets since when it waits.</summary>
    public required DateTimeOffset PutAt { get; init; }

    /// <summary>Gets the outcome that the ledger already has: pending, held or inhibited.</summary>
    public AlertOutcome Noted { get; init; }

    /// <summary>Gets the connector whose outage it waits for; null for none.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>Gets the trace context of its cause, which the mail continues; null for none.</summary>
    public string? Trace { get; init; }
}
