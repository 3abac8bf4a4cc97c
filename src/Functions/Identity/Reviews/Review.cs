using System.Collections.Immutable;
using System.Text.Json.Serialization;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Reviews;

/// <summary>Why a person must decide.</summary>
internal enum ReviewReason
{
    /// <summary>An address leads to a lead that has another record of the same kind in the same tool.</summary>
    RivalRecords,

    /// <summary>A known record came with an address of another lead.</summary>
    AddressOfAnotherLead,

    /// <summary>The addresses of one event lead to several leads that cannot be one.</summary>
    SeveralLeads,

    /// <summary>Several records of the tool match a lead that is handed over.</summary>
    SeveralMatches,

    /// <summary>All of the tool's records of a lead that is handed over were deleted.</summary>
    RecordsDeleted,
}

/// <summary>A question for a person: who is this? Nothing is written until it is answered. It holds no address, and its
/// answer applies to later events with the same keys.</summary>
internal sealed record Review
{
    /// <summary>Gets the id, derived from the keys, so that a question is asked once.</summary>
    public required string Id { get; init; }

    public required ReviewReason Reason { get; init; }

    /// <summary>Gets the connector of the event or tool.</summary>
    public required string Connector { get; init; }

    /// <summary>Gets the event's records; empty for an event with an address only.</summary>
    public ImmutableArray<IdentityKey> Records { get; init; } = [];

    /// <summary>Gets the certain lead: of a known record, or of the handoff; null when
    /// the lead is the question.</summary>
    public LeadId? LeadId { get; init; }

    /// <summary>Gets the candidates.</summary>
    public ImmutableArray<LeadId> Leads { get; init; } = [];

    /// <summary>Gets the waiting handoff; null when events wait.</summary>
    public string? HandoffId { get; init; }

    /// <summary>Gets the handoff's team; null when events wait.</summary>
    public string? Team { get; init; }

    /// <summary>Gets the tool's matching or deleted records of a handoff.</summary>
    public ImmutableArray<IdentityKey> Matches { get; init; } = [];

    /// <summary>Gets when it was first asked.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>Gets the answer; null while it is open.</summary>
    public ReviewDecision? Decision { get; init; }

    /// <summary>Gets when it was answered.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>Gets a value indicating whether the answer gives the address to the event's person, either the known
    /// record's lead or a new one.</summary>
    [JsonIgnore]
    public bool GivesAddress =>
        Decision is { Separate: true, Address: true } || (LeadId is { } own && HandoffId is null && Decision?.Choose == own.Value);
}

/// <summary>The answer to a <see cref="Review"/>: exactly one of the first three.</summary>
/// <param name="Choose">The lead of the event or address, or the tool's record.</param>
/// <param name="Merge">Whether all candidates are one person.</param>
/// <param name="Separate">Whether it is a separate person, or a new record is created.</param>
/// <param name="Address">With <paramref name="Separate"/>: whether the address moves to that person.</param>
internal sealed record ReviewDecision(
    string? Choose = null, bool Merge = false, bool Separate = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Address = false);
