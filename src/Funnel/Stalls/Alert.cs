using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>What went wrong in time.</summary>
public enum AlertKind
{
    /// <summary>Nobody took the handoff up within <see cref="StageSettings.AcceptWithin"/>.</summary>
    HandoffNotAccepted,

    /// <summary>The lead has stood on its stage for <see cref="StageSettings.StallAfter"/>.</summary>
    StageOverdue,
}

/// <summary>How an alert ended. Every alert ends in one of these; <see cref="Pending"/> is on its way.</summary>
public enum AlertOutcome
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

/// <summary>An alert about a lead, once for each (lead, stage entry, kind, level, round).</summary>
public sealed record Alert
{
    /// <summary>Gets the id: made of lead, stage entry, kind, level and round, so that a repeat has the same.</summary>
    public required string Id { get; init; }

    /// <summary>Gets what went wrong.</summary>
    public required AlertKind Kind { get; init; }

    /// <summary>Gets how far up it goes: 0 a heads-up to the owner, 1 both teams at the limit, 2 managers.</summary>
    public required int Level { get; init; }

    /// <summary>Gets how often it had been told before at this level: 0, unless an acknowledgement or a snooze has ended, or a reminder is set.</summary>
    public int ReminderNumber { get; init; }

    /// <summary>Gets the stage it is about.</summary>
    public required FunnelStage Stage { get; init; }

    /// <summary>Gets when the lead had entered it.</summary>
    public required DateTimeOffset EnteredAt { get; init; }

    /// <summary>Gets when the limit was reached.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>Gets when the hub raised it; the ages a mail tells are those of this instant.</summary>
    public DateTimeOffset? RaisedAt { get; init; }

    /// <summary>Gets how it ended: of what became of it for each audience, that which weighs most.</summary>
    public AlertOutcome Fate { get; init; }

    /// <summary>Gets why it ended so, in words without personal data ("quiet hours of sales", "salesforce is late"); null where the fate says it all.</summary>
    public string? FateReason { get; init; }

    /// <summary>Gets when the lead moved on, or the handoff was taken up, after this had been told; null while it has not.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Gets when <see cref="Fate"/> was last changed.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets what became of it for each audience; empty before anything has.</summary>
    public ImmutableArray<RecipientOutcome> Outcomes { get; init; } = [];

    /// <summary>Gets a value indicating whether somebody has been told, even where the mail to somebody else failed.</summary>
    [JsonIgnore]
    public bool IsTold => Fate is AlertOutcome.Sent or AlertOutcome.Grouped || Outcomes.Any(outcome => outcome.Fate is AlertOutcome.Sent or AlertOutcome.Grouped);

    /// <summary>Gets a value indicating whether it may still be told.</summary>
    [JsonIgnore]
    public bool IsOnItsWay => Fate is AlertOutcome.Pending or AlertOutcome.Held or AlertOutcome.Inhibited or AlertOutcome.Failed;
}

/// <summary>What became of an alert for one audience.</summary>
/// <param name="RecipientGroup">Who: a team, or a team's managers.</param>
/// <param name="Fate">How it ended for them.</param>
/// <param name="Reason">Why, in words without personal data; null where the fate says it all.</param>
/// <param name="At">When.</param>
/// <param name="ResolutionTold">Whether they have been told that the lead has moved on since.</param>
public sealed record RecipientOutcome(string RecipientGroup, AlertOutcome Fate, string? Reason, DateTimeOffset At, bool ResolutionTold = false);
