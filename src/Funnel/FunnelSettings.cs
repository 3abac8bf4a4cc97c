using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>How this organisation runs its funnel. Made from the settings <c>Funnel:*</c> and <c>Teams:*</c>.</summary>
public sealed record FunnelSettings
{
    /// <summary>Gets the six stages' settings; every stage has one.</summary>
    public required ImmutableDictionary<FunnelStage, StageSettings> Stages { get; init; }

    /// <summary>Gets the calendar of each team that has its own; others use <see cref="Calendar"/>.</summary>
    public ImmutableDictionary<string, BusinessCalendar> TeamCalendars { get; init; } = ImmutableDictionary<string, BusinessCalendar>.Empty;

    /// <summary>Gets the calendar of everybody else.</summary>
    public required BusinessCalendar Calendar { get; init; }

    /// <summary>Gets the connector whose word counts when two facts have the same time; null where none is named.</summary>
    public string? SystemOfRecord { get; init; }

    /// <summary>Gets the stage a lead goes back to when its last deal is lost and none was ever won.</summary>
    public FunnelStage RecycleTo { get; init; } = FunnelStage.Interest;

    /// <summary>Gets when alerts are raised beside the limit itself.</summary>
    public AlertPolicy Alerts { get; init; } = AlertPolicy.Default;

    /// <summary>Gets to whom handoffs go.</summary>
    public HandoffRouting Routing { get; init; } = HandoffRouting.None;

    /// <summary>The calendar that counts a team's time.</summary>
    public BusinessCalendar CalendarOf(string team) => TeamCalendars.GetValueOrDefault(team, Calendar);

    /// <summary>The team that owns a stage.</summary>
    public string OwnerOf(FunnelStage stage) => Stages[stage].Owner;
}

/// <summary>One stage's settings.</summary>
public sealed record StageSettings
{
    /// <summary>Gets the name people see. A charity says "Donation".</summary>
    public required string Name { get; init; }

    /// <summary>Gets the team that owns it.</summary>
    public required string Owner { get; init; }

    /// <summary>Gets the working time after which a lead on this stage is stalled: at exactly this age it is. Null: never.</summary>
    public TimeSpan? StallAfter { get; init; }

    /// <summary>Gets the working time within which a handoff into this stage is to be taken up. Null: no limit.</summary>
    public TimeSpan? AcceptWithin { get; init; }
}
