using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>The funnel of this organisation. Made from the settings <c>Funnel:*</c> and <c>Teams:*</c>.</summary>
public sealed record FunnelSettings
{
    /// <summary>Gets the settings of all six stages.</summary>
    public required ImmutableDictionary<FunnelStage, StageSettings> Stages { get; init; }

    /// <summary>Gets the calendars of teams with their own; the others use <see cref="Calendar"/>.</summary>
    public ImmutableDictionary<string, BusinessCalendar> TeamCalendars { get; init; } = ImmutableDictionary<string, BusinessCalendar>.Empty;

    /// <summary>Gets the common calendar.</summary>
    public required BusinessCalendar Calendar { get; init; }

    /// <summary>Gets the connector that wins when two facts have the same time; null for none.</summary>
    public string? SystemOfRecord { get; init; }

    /// <summary>Gets the stage for a lead whose last deal is lost and that never won one.</summary>
    public FunnelStage RecycleTo { get; init; } = FunnelStage.Interest;

    /// <summary>Gets when alerts are raised besides the limit itself.</summary>
    public AlertPolicy Alerts { get; init; } = AlertPolicy.Default;

    /// <summary>Gets the content to suggest.</summary>
    public ImmutableArray<ContentItem> Content { get; init; } = [];

    /// <summary>Gets the configured campaigns; the first match counts.</summary>
    public ImmutableArray<CampaignSettings> Campaigns { get; init; } = [];

    public HandoffRouting Routing { get; init; } = HandoffRouting.None;

    /// <summary>Gets how figures are cut and counted.</summary>
    public ReportSettings Reports { get; init; } = new();

    public WriteBackPolicy WriteBack { get; init; } = WriteBackPolicy.Default;

    /// <summary>Gets when the hub began, in UTC. Older facts build journeys and cause nothing. Null when every fact is
    /// news.</summary>
    public DateTimeOffset? LiveSince { get; init; }

    /// <summary>Gets how many facts of a lead are kept one by one. The oldest of more are summed up. At least 100.
    /// Default: 2000.</summary>
    public int FactsPerLead { get; init; } = 2_000;

    /// <summary>Whether something happened before the hub began.</summary>
    public bool IsBeforeLive(DateTimeOffset at) => at < LiveSince;

    /// <summary>Returns the calendar of a team.</summary>
    public BusinessCalendar CalendarOf(string team) => TeamCalendars.GetValueOrDefault(team, Calendar);

    /// <summary>Returns the team that owns a stage.</summary>
    public string OwnerOf(FunnelStage stage) => Stages[stage].Owner;

    /// <summary>Returns the working time after which this lead is stalled on its stage; null for never.</summary>
    public TimeSpan? StallAfter(Journey journey) => LimitsOf(journey.Stage, journey).StallAfter;

    /// <summary>Returns the working time in which a handoff of this lead must be accepted; null for no limit.</summary>
    public TimeSpan? AcceptWithin(FunnelStage stage, Journey journey) => LimitsOf(stage, journey).AcceptWithin;

    private StageLimits LimitsOf(FunnelStage stage, Journey journey)
    {
        var its = Stages[stage];
        return journey.Profile.Segment is { } segment && its.Segments.TryGetValue(segment.Trim(), out var limits)
            ? limits : new(its.StallAfter, its.AcceptWithin);
    }
}

public sealed record StageSettings
{
    /// <summary>Gets the display name, such as a charity's "Donation".</summary>
    public required string Name { get; init; }

    /// <summary>Gets the owning team.</summary>
    public required string Owner { get; init; }

    /// <summary>Gets the working time after which a lead is stalled, inclusive; null for never.</summary>
    public TimeSpan? StallAfter { get; init; }

    /// <summary>Gets the working time in which a handoff into this stage must be accepted, from its delivery; null for no
    /// limit.</summary>
    public TimeSpan? AcceptWithin { get; init; }

    /// <summary>Gets the limits of single segments by <see cref="LeadProfile.Segment"/>, ignoring case.</summary>
    public ImmutableDictionary<string, StageLimits> Segments { get; init; } = NoSegments;

    /// <summary>No segment has its own limits.</summary>
    public static ImmutableDictionary<string, StageLimits> NoSegments { get; } = ImmutableDictionary.Create<string, StageLimits>(
        StringComparer.OrdinalIgnoreCase);
}

/// <summary>A segment's own limits on a stage.</summary>
public sealed record StageLimits(TimeSpan? StallAfter, TimeSpan? AcceptWithin);
