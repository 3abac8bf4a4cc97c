using System.Collections.Immutable;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Reviews;

/// <summary>Why the hub does not tell by itself.</summary>
public enum ReviewReason
{
    /// <summary>An address leads to a lead that has another record of the same kind in the same tool.</summary>
    RivalRecords,

    /// <summary>A known record came with an address that belongs to another lead.</summary>
    AddressOfAnotherLead,

    /// <summary>The addresses of one event lead to several leads that cannot be one.</summary>
    SeveralLeads,

    /// <summary>Several records of the tool match a lead that is to be handed over.</summary>
    SeveralMatches,
}

/// <summary>One question for a person: whose is this? Until it is answered nothing is written. Holds no address; the answer holds for whatever comes under the same keys later.</summary>
public sealed record Review
{
    /// <summary>Gets the id: made of what it is about, so that the same question is asked once.</summary>
    public required string Id { get; init; }

    /// <summary>Gets why it is asked.</summary>
    public required ReviewReason Reason { get; init; }

    /// <summary>Gets the connector whose event or tool it is about.</summary>
    public required string Connector { get; init; }

    /// <summary>Gets the records of the event; empty for an event that names an address only.</summary>
    public ImmutableArray<IdentityKey> Records { get; init; } = [];

    /// <summary>Gets the lead that it is about for certain: the lead of a known record, or the lead to be handed over; null where that is the question.</summary>
    public LeadId? LeadId { get; init; }

    /// <summary>Gets the leads it may be about.</summary>
    public ImmutableArray<LeadId> Leads { get; init; } = [];

    /// <summary>Gets the handoff that waits; null where events wait.</summary>
    public string? HandoffId { get; init; }

    /// <summary>Gets the team that the handoff is for; null where events wait.</summary>
    public string? Team { get; init; }

    /// <summary>Gets the tool's records that match the lead to be handed over.</summary>
    public ImmutableArray<IdentityKey> Matches { get; init; } = [];

    /// <summary>Gets when it was first asked.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>Gets the answer; null while it is open.</summary>
    public ReviewDecision? Decision { get; init; }

    /// <summary>Gets when it was answered.</summary>
    public DateTimeOffset? DecidedAt { get; init; }
}

/// <summary>The answer to a <see cref="Review"/>: exactly one of the three.</summary>
/// <param name="Choose">The lead that it is, or the tool's record.</param>
/// <param name="Merge">Whether all candidates are one person.</param>
/// <param name="Separate">Whether it is a person of its own.</param>
public sealed record ReviewDecision(string? Choose = null, bool Merge = false, bool Separate = false);
