using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>The delivery of a handoff to the receiving team's tool.</summary>
public enum HandoffDelivery
{
    /// <summary>Announced, not yet in the tool.</summary>
    Pending,

    Delivered,

    /// <summary>Superseded before delivery: the lead belongs to another team.</summary>
    Superseded,

    /// <summary>The tool refused it; the dead letter says why.</summary>
    Failed,

    /// <summary>The receiving team works on it already, so nothing was delivered.</summary>
    TakenUp,
}

/// <summary>A lead's passage from one team to another.</summary>
public sealed record Handoff
{
    /// <summary>Gets the id, derived from lead, stage and entry.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the receiving team.</summary>
    public required string To { get; init; }

    /// <summary>Gets the stage that the team owns.</summary>
    public required FunnelStage Stage { get; init; }

    /// <summary>Gets when the lead entered the stage, by the vendor's clock. Later work accepts the handoff.</summary>
    public required DateTimeOffset EnteredAt { get; init; }

    public required DateTimeOffset AnnouncedAt { get; init; }

    /// <summary>Gets the reason in words.</summary>
    public required string Reason { get; init; }

    public HandoffDelivery Delivery { get; init; }

    /// <summary>Gets when <see cref="Delivery"/> last changed; null when it never did, and for
    /// handoffs of older versions.</summary>
    public DateTimeOffset? SettledAt { get; init; }

    /// <summary>Gets the connector it was written to; null before delivery.</summary>
    public string? Connector { get; init; }

    /// <summary>Gets a link to the record in the tool; null for none.</summary>
    public string? RecordUrl { get; init; }

    /// <summary>Gets why it was not delivered, without personal data; null when it was, or when the outcome says all.</summary>
    public string? NotDeliveredReason { get; init; }

    /// <summary>Gets when the team accepted it; null while it has not.</summary>
    public DateTimeOffset? AcceptedAt { get; init; }

    /// <summary>Gets why the team gave it back; null when it did not.</summary>
    public string? ReturnedReason { get; init; }

    /// <summary>Gets the share of the wanted information that was known at the announcement, from 0 to 1;
    /// null when not counted.</summary>
    public double? Completeness { get; init; }

    /// <summary>Gets its assignments in order; empty before routing and for teams without routes.</summary>
    public ImmutableArray<Assignment> Assignments { get; init; } = [];

    /// <summary>Gets the notes written to tools.</summary>
    public ImmutableArray<HandoffNote> Notes { get; init; } = [];

    /// <summary>Gets the notes that were begun. The tool may have them or not.</summary>
    public ImmutableArray<HandoffNote> NotesBegun { get; init; } = [];

    /// <summary>Gets when the team's tool first had it; null while it does not. Another assignment does not change it.</summary>
    [JsonIgnore]
    public DateTimeOffset? DeliveredAt => Delivery == HandoffDelivery.Delivered
        ? Assignments.FirstOrDefault(given => given.DeliveredAt is not null)?.DeliveredAt ?? SettledAt : null;

    /// <summary>Gets the person responsible: whoever keeps the record in the tool, else the last assigned owner;
    /// null for the whole team.</summary>
    [JsonIgnore]
    public string? Owner => Assignments.LastOrDefault() is { } last ? last.KeptBy ?? last.Owner : null;
}
