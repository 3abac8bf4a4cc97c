using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Mailbox;

/// <summary>What an entry wants told.</summary>
public enum MailboxKind
{
    /// <summary>The lead stands still.</summary>
    Stalled,

    /// <summary>The lead, of which the audience was told, has moved on.</summary>
    Resolved,
}

/// <summary>Something that waits to be told to an audience. It names lead and alert only: what is told of them is read when it is told.</summary>
public sealed record MailboxEntry
{
    /// <summary>Gets who is to be told.</summary>
    public required RecipientGroup RecipientGroup { get; init; }

    /// <summary>Gets the lead.</summary>
    public required LeadId LeadId { get; init; }

    /// <summary>Gets the alert's id.</summary>
    public required string AlertId { get; init; }

    /// <summary>Gets what is to be told of it.</summary>
    public MailboxKind Kind { get; init; }

    /// <summary>Gets since when it waits.</summary>
    public required DateTimeOffset PutAt { get; init; }

    /// <summary>Gets the fate that the lead's ledger already knows while this waits: pending, held or inhibited.</summary>
    public AlertOutcome Noted { get; init; }

    /// <summary>Gets the connector whose outage it waits for; null where it waits for none.</summary>
    public string? WaitsFor { get; init; }
}
