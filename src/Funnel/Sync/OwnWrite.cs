using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>The outcome of a write to a tool.</summary>
public enum WriteOutcome
{
    /// <summary>Recorded before the write. After a crash the repeat finds the record, and one
    /// without an echo expires.</summary>
    Written,

    /// <summary>The tool had the value already.</summary>
    Equal,

    /// <summary>The tool has an unmapped stage, which is kept.</summary>
    Kept,

    /// <summary>The property's sync-loop breaker is open.</summary>
    Stopped,

    Refused,
}

/// <summary>A value that the hub wrote to a tool, or would have written. It holds fingerprints only, which differ
/// from record to record.</summary>
public sealed record OwnWrite
{
    public required string Connector { get; init; }

    /// <summary>Gets the id of the person's record.</summary>
    public required string Record { get; init; }

    public required PersonProperty Property { get; init; }

    /// <summary>Gets the value's fingerprint: <see cref="EchoRules.Fingerprint"/>.</summary>
    public required string Value { get; init; }

    /// <summary>Gets the fingerprint of the value before; null when there was none or it was not read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Before { get; init; }

    public required WriteOutcome Outcome { get; init; }

    /// <summary>Gets when it was recorded.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the id of the event or handoff behind it.</summary>
    public required string Cause { get; init; }

    /// <summary>Gets the intended record; null when it is the written one. A converted lead is
    /// written as its contact.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RedirectedFrom { get; init; }

    /// <summary>Gets the dedupe key of the echo; null while it is expected. A write has one echo.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Echo { get; init; }

    /// <summary>Gets when the tool first had another value in its place; null while it has not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ReplacedAt { get; init; }
}
