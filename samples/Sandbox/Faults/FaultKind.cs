namespace IntegrationHub.Sandbox.Faults;

/// <summary>What goes wrong.</summary>
public enum FaultKind
{
    /// <summary>The request is refused with <see cref="Fault.Status"/>; nothing is done.</summary>
    Answer,

    /// <summary>The request is done after <see cref="Fault.Latency"/>.</summary>
    Delay,

    /// <summary>No answer comes until the caller goes away; nothing is done.</summary>
    Hold,

    /// <summary>The connection breaks before anything is done.</summary>
    Reset,

    /// <summary>The request is done, and then the connection breaks before the answer.</summary>
    LoseAnswer,
}
