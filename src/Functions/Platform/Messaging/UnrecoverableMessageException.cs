namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>A message that no further attempt will help. It is dead-lettered with a reason and a description that an operator can act on.</summary>
public sealed class UnrecoverableMessageException(string reason, string detail, Exception? inner = null) : Exception($"{reason}: {detail}", inner)
{
    /// <summary>Gets the reason: a few words with hyphens, the same for the same kind of fault.</summary>
    public string Reason { get; } = reason;

    /// <summary>Gets what happened and what would help. No personal data.</summary>
    public string Detail { get; } = detail;
}
