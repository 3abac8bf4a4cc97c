using IntegrationHub.Functions.Alerts.Detection;
namespace IntegrationHub.Functions.Alerts.Mailbox;

/// <summary>Somebody else has taken over an audience's mailbox: whoever had it leaves it to them.</summary>
public sealed class WindowTakenException(RecipientGroup recipientGroup, Exception? inner = null) : Exception($"The mailbox of {recipientGroup} was taken over by somebody else.", inner)
{
    /// <summary>Gets whose mailbox it is.</summary>
    public RecipientGroup RecipientGroup { get; } = recipientGroup;
}
