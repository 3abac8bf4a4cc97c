namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>How a connector, or the mail, is doing.</summary>
public sealed record ConnectorState
{
    /// <summary>The <see cref="Name"/> under which mail is kept: no connector can be called so.</summary>
    public const string Mail = "$mail";

    /// <summary>Gets the connector's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets when something of it last went through; null when nothing has yet.</summary>
    public DateTimeOffset? LastEventAt { get; init; }

    /// <summary>Gets how long the last thing that went through had waited.</summary>
    public TimeSpan Lag { get; init; }

    /// <summary>Gets when it was last reached or worked; null when never.</summary>
    public DateTimeOffset? LastGoodAt { get; init; }

    /// <summary>Gets when it last failed; null when never.</summary>
    public DateTimeOffset? LastFailureAt { get; init; }

    /// <summary>Gets what the last failure said, without personal data; null when there was none.</summary>
    public string? LastError { get; init; }

    /// <summary>Gets what kind the last failure was.</summary>
    public ConnectorFault Fault { get; init; }

    /// <summary>Gets since when it has been failing without a success between; null when it never failed.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>Gets when something of it first went through; null when nothing has yet.</summary>
    public DateTimeOffset? FirstEventAt { get; init; }

    /// <summary>Gets the longest pause between two events: weekends are in it, and one long past counts for half after two weeks.</summary>
    public TimeSpan LongestPause { get; init; }

    /// <summary>Gets how much of what it said was dropped, since the person was erased or the record deleted.</summary>
    public long Dropped { get; init; }

    /// <summary>Gets a value indicating whether the last that is known of it is a failure. At the same instant the failure counts.</summary>
    public bool Failing => LastFailureAt is { } failed && !(LastGoodAt > failed);
}
