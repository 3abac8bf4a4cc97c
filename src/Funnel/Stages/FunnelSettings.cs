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

    /// <summary>Gets what can be shown to leads.</summary>
    public ImmutableArray<ContentItem> Content { get; init; } = [];

    /// <summary>Gets what is known of campaigns beside what the tools tell; the first that matches counts.</summary>
    public ImmutableArray<CampaignSettings> Campaigns { get; init; } = [];

    /// <summary>Gets to whom handoffs go.</summary>
    public HandoffRouting Routing { get; init; } = HandoffRouting.None;

    /// <summary>Gets how the hub writes back to the tools.</summary>
    public WriteBackPolicy WriteBack { get; init; } = WriteBackPolicy.Default;

    /// <summary>The calendar that counts a team's time.</summary>
    public BusinessCalendar CalendarOf(string team) => TeamCalendars.GetValueOrDefault(team, Calendar);

    /// <summary>The team that owns a stage.</summary>
    public string OwnerOf(FunnelStage stage) => Stages[stage].Owner;

    /// <summary>The working time after which this lead has stood too long on its stage; null for never.</summary>
    public TimeSpan? StallAfter(Journey journey)
    {
        ArgumentNullException.ThrowIfNull(journey);
        return LimitsOf(journey.Stage, journey).StallAfter;
    }

    /// <summary>The working time within which a handoff of this lead into a stage is to be taken up; null for no limit.</summary>
    public TimeSpan? AcceptWithin(FunnelStage stage, Journey journey)
    {
        ArgumentNullException.ThrowIfNull(journey);
        return LimitsOf(stage, journey).AcceptWithin;
    }

    private StageLimits LimitsOf(FunnelStage stage, Journey journey)
    {
        var its = Stages[stage];
        return journey.Profile.Segment is { } segment && its.Segments.TryGetValue(segment.Trim(), out var limits) ? limits : new(its.StallAfter, its.AcceptWithin);
    }
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

    /// <summary>Gets the limits of the segments that have their own, by <see cref="LeadProfile.Segment"/>; names ignore case.</summary>
    public ImmutableDictionary<string, StageLimits> Segments { get; init; } = NoSegments;

    /// <summary>No segment has its own limits.</summary>
    public static ImmutableDictionary<string, StageLimits> NoSegments { get; } = ImmutableDictionary.Create<string, StageLimits>(StringComparer.OrdinalIgnoreCase);
}

/// <summary>A segment's limits on one stage.</summary>
/// <param name="StallAfter">As <see cref="StageSettings.StallAfter"/>.</param>
/// <param name="AcceptWithin">As <see cref="StageSettings.AcceptWithin"/>.</param>
public sealed record StageLimits(TimeSpan? StallAfter, TimeSpan? AcceptWithin);
