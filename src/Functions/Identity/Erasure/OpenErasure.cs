using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Azure;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Who asked for an erasure.</summary>
internal enum ErasureSource
{
    /// <summary>A person, by the API.</summary>
    Api,

    /// <summary>A tool, by a privacy deletion.</summary>
    Tool,
}

/// <summary>How far an erasure is. The lead is hidden from the start.</summary>
internal enum ErasureState
{
    /// <summary>Asked for. A tool with an <c>IRemovalCheck</c> must confirm it first.</summary>
    Requested,

    /// <summary>A person must confirm or cancel it, because the lead holds two persons of one tool.</summary>
    Undecided,

    /// <summary>Confirmed. It is destroyed when it is due.</summary>
    Confirmed,

    /// <summary>It is destroyed right now and can no longer be cancelled.</summary>
    Destroying,

    /// <summary>It is restored right now.</summary>
    Cancelled,
}

/// <summary>An erasure in its time of grace.</summary>
/// <param name="LeadId">The lead; for an unknown record the id that its lead would get.</param>
/// <param name="Since">When it was asked for.</param>
/// <param name="DueAt">The earliest time of its destruction.</param>
internal sealed record OpenErasure(LeadId LeadId, ErasureSource Source, DateTimeOffset Since, DateTimeOffset DueAt)
{
    public ErasureState State { get; init; } = ErasureState.Requested;

    /// <summary>Gets the connector of a privacy deletion; null for the API.</summary>
    public string? Connector { get; init; }

    /// <summary>Gets the records that the tool named; empty for the API.</summary>
    public ImmutableArray<IdentityKey> Keys { get; init; } = [];

    /// <summary>Gets a value indicating whether nobody knew the record. It becomes a tombstone.</summary>
    public bool Unknown { get; init; }

    /// <summary>Gets the version of the row; null before it is stored.</summary>
    [JsonIgnore]
    public ETag? ETag { get; init; }
}

/// <summary>Selects open erasures. Null means all.</summary>
/// <param name="From">The earliest time of the request, inclusive.</param>
/// <param name="To">The latest time of the request, exclusive.</param>
internal sealed record ErasureFilter(ErasureSource? Source, string? Connector, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>A page of open erasures.</summary>
/// <param name="Next">The marker of the next page; null for the last.</param>
internal sealed record ErasurePage(IReadOnlyList<OpenErasure> Erasures, string? Next);
