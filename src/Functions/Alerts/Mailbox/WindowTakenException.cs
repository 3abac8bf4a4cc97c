namespace IntegrationHub.Functions.Alerts.Mailbox;

/// <summary>Another instance took over a mailbox.</summary>
internal sealed class WindowTakenException(RecipientGroup recipientGroup, Exception? inner = null) : Exception(
    $"The mailbox of {recipientGroup} was taken over by somebody else.", inner)
{
    public RecipientGroup RecipientGroup { get; } = recipientGroup;
}
