using Azure;

namespace IntegrationHub.Functions.Alerts.Mailbox;

/// <summary>The state of a mailbox: the last mail, and the one in progress. Its version proves that
/// nobody else changed it.</summary>
internal sealed record MailWindow
{
    public required RecipientGroup RecipientGroup { get; init; }

    /// <summary>Gets when the last mail was sent; null for never.</summary>
    public DateTimeOffset? LastSentAt { get; init; }

    /// <summary>Gets when the next try may start, after a failure; null for now.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Gets until when an instance works on it, exclusive.</summary>
    public DateTimeOffset? ClaimedUntil { get; init; }

    /// <summary>Gets the mail in progress; null for none.</summary>
    public MailBatch? Batch { get; init; }

    /// <summary>Gets the row's version; null before the first.</summary>
    public ETag? ETag { get; init; }
}

/// <summary>A mailbox, without its entries.</summary>
/// <param name="WaitsFor">The connectors whose outages some entries wait for.</param>
internal sealed record RecipientGroupMailbox(MailWindow Window, IReadOnlyList<string> WaitsFor)
{
    public RecipientGroup RecipientGroup => Window.RecipientGroup;
}
