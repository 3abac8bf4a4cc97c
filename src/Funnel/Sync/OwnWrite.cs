using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>What became of a value that was to be written to a tool.</summary>
public enum WriteOutcome
{
    /// <summary>Noted before it is written. A crash in between does no harm: the repeat finds the note, and a note nobody answers expires.</summary>
    Written,

    /// <summary>The tool had the value already.</summary>
    Equal,

    /// <summary>The tool shows a stage that no map knows: it is left alone.</summary>
    Kept,

    /// <summary>The flip breaker of the property is open.</summary>
    Stopped,

    /// <summary>The tool refused it.</summary>
    Refused,
}

/// <summary>A value the hub wrote to a tool, or would have written. Keeps no value, only fingerprints that differ from record to record.</summary>
public sealed record OwnWrite
{
    /// <summary>Gets the tool's connector.</summary>
    public required string Connector { get; init; }

    /// <summary>Gets the id of the person's record there.</summary>
    public required string Record { get; init; }

    /// <summary>Gets what was written.</summary>
    public required PersonProperty Property { get; init; }

    /// <summary>Gets the fingerprint of the value: <see cref="EchoRules.Fingerprint"/>.</summary>
    public required string Value { get; init; }

    /// <summary>Gets the fingerprint of what the tool had before; null where it had nothing, or nobody looked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Before { get; init; }

    /// <summary>Gets what became of it.</summary>
    public required WriteOutcome Outcome { get; init; }

    /// <summary>Gets when it was noted, by the hub's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the id of the event or handoff it follows from.</summary>
    public required string Cause { get; init; }

    /// <summary>Gets the record that was meant; null where it is the one written to. A converted lead is written to as its contact.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RedirectedFrom { get; init; }

    /// <summary>Gets the dedupe key of the fact that was the value coming back; null while it is awaited. One write has one echo.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Echo { get; init; }

    /// <summary>Gets when the tool was first heard to have another value in its place; null while it has not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ReplacedAt { get; init; }
}
