using Azure;
using IntegrationHub.Functions.Alerts.Detection;

namespace IntegrationHub.Functions.Alerts.Mailbox;

/// <summary>When an audience was last told, and what is on its way to them. Whoever changes it proves by its version that nobody else has.</summary>
public sealed record MailWindow
{
    /// <summary>Gets whose it is.</summary>
    public required RecipientGroup RecipientGroup { get; init; }

    /// <summary>Gets when a mail to them last went out; null for never.</summary>
    public DateTimeOffset? LastSentAt { get; init; }

    /// <summary>Gets when the next mail to them may be tried, after one that the server did not take; null where it took the last.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Gets until when somebody works on it; at exactly this time the claim is over.</summary>
    public DateTimeOffset? ClaimedUntil { get; init; }

    /// <summary>Gets the mail that is on its way; null for none.</summary>
    public MailBatch? Batch { get; init; }

    /// <summary>Gets the version of the row; null where there is none yet.</summary>
    public ETag? ETag { get; init; }
}

/// <summary>An audience's mailbox as it was read.</summary>
/// <param name="Window">When they were last told, and what is on its way.</param>
/// <param name="Entries">What waits, oldest first.</param>
public sealed record RecipientGroupMailbox(MailWindow Window, IReadOnlyList<MailboxEntry> Entries)
{
    /// <summary>Gets whose it is.</summary>
    public RecipientGroup RecipientGroup => Window.RecipientGroup;
}
