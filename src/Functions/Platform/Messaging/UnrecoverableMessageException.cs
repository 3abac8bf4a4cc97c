namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>A failure that no retry can mend. The message is dead-lettered with a reason and a
/// description for the operator.</summary>
internal sealed class UnrecoverableMessageException(
    string reason, string detail, Exception? inner = null) : Exception($"{reason}: {detail}", inner)
{
    /// <summary>Gets the kind of fault: a few words with hyphens.</summary>
    public string Reason { get; } = reason;

    /// <summary>Gets what happened and what would help, without personal data.</summary>
    public string Detail { get; } = detail;
}
