using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>What the hub itself has done about a lead: the part of its state that is not a fold of facts, kept in the journey's row.</summary>
public sealed record JourneyLedger
{
    /// <summary>A ledger in which nothing has been done yet: the lead counts as announced to the owner of Awareness.</summary>
    public static readonly JourneyLedger Empty = new();

    /// <summary>Gets the team last told that the lead is theirs; null until the first handoff, when the owner of Awareness counts as told.</summary>
    public string? AnnouncedOwner { get; init; }

    /// <summary>Gets the entry (stage and time) whose change was last published; null until the first.</summary>
    public StageEntry? PublishedEntry { get; init; }

    /// <summary>Gets how many changes of stage have been published: part of each one's id, since a late fact may make the same change again.</summary>
    public int PublishedChanges { get; init; }

    /// <summary>Gets the handoffs, oldest first.</summary>
    public ImmutableArray<Handoff> Handoffs { get; init; } = [];

    /// <summary>Gets the alerts, oldest first.</summary>
    public ImmutableArray<Alert> Alerts { get; init; } = [];

    /// <summary>Gets the due time of the index row that stands for this lead (see <see cref="StallRules"/>); null where none does.</summary>
    public DateTimeOffset? WatchedAt { get; init; }
}

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
}

/// <summary>What went wrong in time.</summary>
public enum AlertKind
{
    /// <summary>Nobody took the handoff up within <see cref="StageSettings.AcceptWithin"/>.</summary>
    HandoffNotAccepted,

    /// <summary>The lead has stood on its stage for <see cref="StageSettings.StallAfter"/>.</summary>
    StageOverdue,
}

/// <summary>How an alert ended. Every alert ends in one of these; <see cref="Pending"/> is on its way.</summary>
public enum AlertFate
{
    /// <summary>Decided and on its way.</summary>
    Pending,

    /// <summary>The mail server took it.</summary>
    Sent,

    /// <summary>Told as part of a mail about several leads.</summary>
    Grouped,

    /// <summary>Kept until a team's quiet hours end.</summary>
    Held,

    /// <summary>Not told, because a connector the lead depends on is late or broken.</summary>
    Inhibited,

    /// <summary>Not told, because somebody put it off.</summary>
    Snoozed,

    /// <summary>Not told, because a rule says so, or the lead had moved on.</summary>
    Suppressed,

    /// <summary>The mail could not be sent; the dead letter says why.</summary>
    Failed,
}

/// <summary>An alert about a lead, once for each (lead, stage entry, kind, level).</summary>
public sealed record Alert
{
    /// <summary>Gets the id: made of lead, stage entry, kind and level, so that a repeat has the same.</summary>
    public required string Id { get; init; }

    /// <summary>Gets what went wrong.</summary>
    public required AlertKind Kind { get; init; }

    /// <summary>Gets how far up it goes: 0 a heads-up to the owner, 1 both teams at the limit, 2 managers.</summary>
    public required int Level { get; init; }

    /// <summary>Gets the stage it is about.</summary>
    public required FunnelStage Stage { get; init; }

    /// <summary>Gets when the lead had entered it.</summary>
    public required DateTimeOffset EnteredAt { get; init; }

    /// <summary>Gets when the limit was reached.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>Gets how it ended.</summary>
    public AlertFate Fate { get; init; }

    /// <summary>Gets when <see cref="Fate"/> was last changed.</summary>
    public required DateTimeOffset At { get; init; }
}
