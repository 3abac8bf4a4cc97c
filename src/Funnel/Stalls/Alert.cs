using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>The limit that was missed.</summary>
public enum AlertKind
{
    /// <summary>Nobody accepted the handoff within <see cref="StageSettings.AcceptWithin"/>.</summary>
    HandoffNotAccepted,

    /// <summary>The lead stayed on its stage for <see cref="StageSettings.StallAfter"/>.</summary>
    StageOverdue,
}

/// <summary>The outcome of an alert. <see cref="Pending"/> is not final.</summary>
public enum AlertOutcome
{
    /// <summary>Decided, not yet sent.</summary>
    Pending,

    /// <summary>The mail server accepted it.</summary>
    Sent,

    /// <summary>Sent in a mail about several leads.</summary>
    Grouped,

    /// <summary>Waits for the end of a team's quiet hours.</summary>
    Held,

    /// <summary>Not sent, because a connector that the lead depends on is late or down.</summary>
    Inhibited,

    /// <summary>Not sent, because somebody snoozed it.</summary>
    Snoozed,

    /// <summary>Not sent, because of a rule or because the lead moved on.</summary>
    Suppressed,

    /// <summary>The mail could not be sent; the dead letter says why.</summary>
    Failed,
}

/// <summary>An alert about a lead, once for each stage entry, kind, level and reminder number.</summary>
public sealed record Alert
{
    /// <summary>Gets the id, derived from lead, stage entry, kind, level and reminder number.</summary>
    public required string Id { get; init; }

    public required AlertKind Kind { get; init; }

    /// <summary>Gets the level: 0 a heads-up to the owner, 1 both teams at the limit, 2 the managers.</summary>
    public required int Level { get; init; }

    /// <summary>Gets how often this level was reported before, after a silence or as a reminder.</summary>
    public int ReminderNumber { get; init; }

    /// <summary>Gets the stage it is about.</summary>
    public required FunnelStage Stage { get; init; }

    /// <summary>Gets when the lead entered the stage.</summary>
    public required DateTimeOffset EnteredAt { get; init; }

    /// <summary>Gets when the limit was reached.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>Gets when the hub raised it. Ages in mails refer to this time.</summary>
    public DateTimeOffset? RaisedAt { get; init; }

    /// <summary>Gets the outcome: the weightiest one of all recipient groups.</summary>
    public AlertOutcome Fate { get; init; }

    /// <summary>Gets the reason without personal data, such as "quiet hours of sales"; null
    /// when the outcome says all.</summary>
    public string? FateReason { get; init; }

    /// <summary>Gets when the lead moved on or was accepted after this alert was sent; null while it has not.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Gets when <see cref="Fate"/> last changed.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the outcome for each recipient group; empty before the first.</summary>
    public ImmutableArray<RecipientOutcome> Outcomes { get; init; } = [];

    /// <summary>Gets a value indicating whether any recipient group was notified.</summary>
    [JsonIgnore]
    public bool IsReported =>
        Fate is AlertOutcome.Sent or AlertOutcome.Grouped
            || Outcomes.Any(outcome => outcome.Fate is AlertOutcome.Sent or AlertOutcome.Grouped);

    /// <summary>Gets a value indicating whether it may still be sent.</summary>
    [JsonIgnore]
    public bool IsOnItsWay => Fate is AlertOutcome.Pending or AlertOutcome.Held or AlertOutcome.Inhibited or AlertOutcome.Failed;
}

/// <summary>The outcome of an alert for a recipient group.</summary>
/// <param name="RecipientGroup">A team, or a team's managers.</param>
/// <param name="Reason">The reason without personal data; null when the outcome says all.</param>
/// <param name="ResolutionTold">Whether the group was notified that the lead moved on.</param>
public sealed record RecipientOutcome(
    string RecipientGroup, AlertOutcome Fate, string? Reason, DateTimeOffset At, bool ResolutionTold = false);
