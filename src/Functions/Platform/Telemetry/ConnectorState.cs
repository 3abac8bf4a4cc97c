namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>The state of a connector, or of the mail.</summary>
internal sealed record ConnectorState
{
    /// <summary>The <see cref="Name"/> of the mail's state. It is not a valid connector name.</summary>
    public const string Mail = "$mail";

    public required string Name { get; init; }

    /// <summary>Gets when its last event was processed; null for never.</summary>
    public DateTimeOffset? LastEventAt { get; init; }

    /// <summary>Gets how long that event took from receipt.</summary>
    public TimeSpan Lag { get; init; }

    /// <summary>Gets when it was last reached or processed; null for never.</summary>
    public DateTimeOffset? LastGoodAt { get; init; }

    /// <summary>Gets when it last failed; null for never.</summary>
    public DateTimeOffset? LastFailureAt { get; init; }

    /// <summary>Gets the last failure without personal data; null for none.</summary>
    public string? LastError { get; init; }

    public ConnectorFault Fault { get; init; }

    /// <summary>Gets since when it fails without a success in between; null when it never failed.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>Gets when its first event was processed; null for never.</summary>
    public DateTimeOffset? FirstEventAt { get; init; }

    /// <summary>Gets the longest pause between two events, weekends included. It is halved every two weeks.</summary>
    public TimeSpan LongestPause { get; init; }

    /// <summary>Gets how many of its facts were dropped because the person was erased or the record deleted.</summary>
    public long Dropped { get; init; }

    /// <summary>Gets a value indicating whether its last result is a failure. At the same
    /// instant the failure wins.</summary>
    public bool Failing => LastFailureAt is { } failed && !(LastGoodAt > failed);
}
