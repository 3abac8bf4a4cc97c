using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>How far a handoff has come on its way into the tool of the receiving team.</summary>
public enum HandoffDelivery
{
    /// <summary>Announced, not yet in the tool.</summary>
    Pending,

    /// <summary>In the tool.</summary>
    Delivered,

    /// <summary>Overtaken before it was delivered: the lead belongs to another team by now.</summary>
    Superseded,

    /// <summary>The tool refused it; the dead letter says why.</summary>
    Failed,
}

/// <summary>A lead's passage from one team to another.</summary>
public sealed record Handoff
{
    /// <summary>Gets the id: made of lead, stage and entry, so that a repeat has the same.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the team that gets the lead.</summary>
    public required string To { get; init; }

    /// <summary>Gets the stage that made it theirs.</summary>
    public required FunnelStage Stage { get; init; }

    /// <summary>Gets when the lead entered that stage, by the vendors' clocks. Work seen from here on accepts the handoff.</summary>
    public required DateTimeOffset EnteredAt { get; init; }

    /// <summary>Gets when the hub announced it.</summary>
    public required DateTimeOffset AnnouncedAt { get; init; }

    /// <summary>Gets why now, in words.</summary>
    public required string Reason { get; init; }

    /// <summary>Gets how far it has come.</summary>
    public HandoffDelivery Delivery { get; init; }

    /// <summary>Gets when <see cref="Delivery"/> was last changed; null while it never was, and for handoffs settled before this was noted.</summary>
    public DateTimeOffset? SettledAt { get; init; }

    /// <summary>Gets the connector it was written to; null before delivery.</summary>
    public string? Connector { get; init; }

    /// <summary>Gets a link to the record in the tool; null where there is none.</summary>
    public string? RecordUrl { get; init; }

    /// <summary>Gets when the receiving team took it up; null while it has not.</summary>
    public DateTimeOffset? AcceptedAt { get; init; }

    /// <summary>Gets why the receiving team gave it back; null where it did not.</summary>
    public string? ReturnedReason { get; init; }

    /// <summary>Gets how much of what the receiving team wants to know was known when it was announced, from 0 to 1; null where it was not counted.</summary>
    public double? Completeness { get; init; }

    /// <summary>Gets to whom it was given, one after the other; empty where the team has no routes, or before it was routed.</summary>
    public ImmutableArray<Assignment> Assignments { get; init; } = [];

    /// <summary>Gets what tools have been told of it, beside the handoff itself.</summary>
    public ImmutableArray<HandoffNote> Notes { get; init; } = [];

    /// <summary>Gets who answers for it: whoever has the record in the tool, else the last it was given to; null where nobody is named and the whole team does.</summary>
    [JsonIgnore]
    public string? Owner => Assignments.LastOrDefault() is { } last ? last.KeptBy ?? last.Owner : null;
}
