using IntegrationHub.Functions.Outages;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Reports;

/// <summary>Reads how it stands between marketing and sales. Four requests, whatever the number of leads.</summary>
internal sealed class FunnelQuery(
    TallyStore tallies, OutageStore outages, ConnectorStateStore connectors, FunnelSettings settings, TimeProvider clock)
{
    /// <summary>Gets the present day in the zone of the reports.</summary>
    public DateOnly Today => settings.Reports.DayOf(clock.GetUtcNow());

    /// <summary>Reads a window of a view.</summary>
    public async Task<FunnelView> ReadAsync(ReportWindow window, string view, CancellationToken cancellationToken)
    {
        var sums = tallies.SumsAsync(view, window.From, window.To.AddDays(-1), cancellationToken);
        var blind = outages.GetAllAsync(cancellationToken);
        var states = connectors.GetAllAsync(cancellationToken);
        await Task.WhenAll(sums, blind, states);
        var report = FunnelReportRules.Of(
            view, (await sums).Select(row => (row.Month, (IReadOnlyDictionary<string, decimal>)row.Sums)), window.From, window.To, Today,
            settings);
        return new(
            clock.GetUtcNow(),
            settings.Reports.TimeZone.Id,
            report,
            [.. (await blind).Where(outage => outage.Blinds).OrderBy(outage => outage.Connector, StringComparer.Ordinal)],
            [
                .. (await states).Values.Where(state => state.Name != ConnectorState.Mail)
                    .OrderBy(state => state.Name, StringComparer.Ordinal),
            ]);
    }
}

/// <summary>A report with what may be missing from it.</summary>
/// <param name="TimeZone">The zone in which days are cut.</param>
/// <param name="Blind">The tools whose news the hub does not see now.</param>
/// <param name="Connectors">What is known of each tool.</param>
internal sealed record FunnelView(
    DateTimeOffset AsOf, string TimeZone, FunnelReport Report, IReadOnlyList<Outage> Blind, IReadOnlyList<ConnectorState> Connectors);
