namespace IntegrationHub.Funnel;

/// <summary>What a note in a tool tells of a handoff.</summary>
public enum HandoffNoteKind
{
    /// <summary>The brief.</summary>
    Brief,

    /// <summary>Why the receiving team gave the lead back.</summary>
    ReturnReason,
}

/// <summary>That a tool has been told of a handoff.</summary>
/// <param name="Kind">What it was told.</param>
/// <param name="Connector">The tool.</param>
/// <param name="At">When.</param>
public sealed record HandoffNote(HandoffNoteKind Kind, string Connector, DateTimeOffset At);
