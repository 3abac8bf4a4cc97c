namespace IntegrationHub.Funnel;

/// <summary>The content of a note about a handoff.</summary>
public enum HandoffNoteKind
{
    Brief,

    /// <summary>Why the receiving team gave the lead back.</summary>
    ReturnReason,
}

/// <summary>A note about a handoff that was written to a tool, or begun.</summary>
public sealed record HandoffNote(HandoffNoteKind Kind, string Connector, DateTimeOffset At)
{
    /// <summary>Whether it is the same note, whenever it was written.</summary>
    public bool IsSame(HandoffNote other) => (other.Kind, other.Connector) == (Kind, Connector);
}
