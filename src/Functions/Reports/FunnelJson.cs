using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Reports;

/// <summary>The answer of <c>GET /api/funnel</c>.</summary>
/// <param name="AsOf">When the figures were read, in UTC.</param>
/// <param name="TimeZone">The zone in which days are cut.</param>
/// <param name="From">The first day, inclusive.</param>
/// <param name="To">The day after the last.</param>
/// <param name="Blind">The tools whose news the hub does not see now: figures may be low.</param>
internal sealed record FunnelJson(
    DateTimeOffset AsOf, string TimeZone, DateOnly From, DateOnly To, string View, IReadOnlyList<string> Blind,
    IReadOnlyList<StageFigures> Stages, FunnelStage? SticksAt, IReadOnlyList<WonReport> Won, IReadOnlyList<WeekReport> Series)
{
    /// <summary>Returns the answer of a view.</summary>
    public static FunnelJson Of(FunnelView view) => new(
        view.AsOf, view.TimeZone, view.Report.From, view.Report.To, view.Report.View,
        [.. view.Blind.Select(outage => outage.Connector).Distinct()], view.Report.Stages, view.Report.SticksAt, view.Report.Won,
        view.Report.Series);
}
