using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>How figures are cut and counted. Section <c>Reports</c>.</summary>
public sealed record ReportSettings
{
    /// <summary>The days within which a won deal leads to a second one.</summary>
    public const int WithinOfRepeat = 365;

    private const int Usual = 90, OfCommitment = 180;

    /// <summary>Gets the zone in which days, weeks and months are cut, for everybody.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Gets the days within which a round goes on from a stage to the next, where they are not the usual
    /// ones.</summary>
    public ImmutableDictionary<FunnelStage, int> Within { get; init; } = ImmutableDictionary<FunnelStage, int>.Empty;

    /// <summary>Returns the days within which a round goes on from a stage: 90, and 180 from Commitment.</summary>
    public int WithinOf(FunnelStage stage) =>
        Within.TryGetValue(stage, out var days) ? days : stage == FunnelStage.Commitment ? OfCommitment : Usual;

    /// <summary>Returns the date of an instant.</summary>
    public DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, TimeZone).DateTime);
}
