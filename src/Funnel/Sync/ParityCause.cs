namespace IntegrationHub.Funnel;

/// <summary>Why a tool lacks a person whom another tool has.</summary>
public enum ParityCause
{
    /// <summary>The hub's rules do not put such a person there.</summary>
    Rule,

    /// <summary>The person is on the way.</summary>
    Lag,

    /// <summary>The tool refused the person.</summary>
    Refused,

    /// <summary>The record is a second one of a person who is there.</summary>
    Duplicate,

    /// <summary>The tool deleted its record of the person.</summary>
    Deleted,

    /// <summary>The person was erased, and the other tool still has a record.</summary>
    Erased,

    /// <summary>The hub never received the record.</summary>
    Missed,

    /// <summary>The hub knows a record of the person there, and the tool does not have it.</summary>
    Vanished,

    /// <summary>Nothing that the hub knows explains it.</summary>
    Unexplained,
}

/// <summary>A person whom a tool lacks.</summary>
/// <param name="Reason">The cause in words, without personal data.</param>
public sealed record ParityFinding(ParityCause Cause, string Reason);
