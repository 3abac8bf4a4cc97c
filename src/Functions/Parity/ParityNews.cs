using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Parity;

/// <summary>Tells ops what a comparison found: the figures by metric, and by mail once when more people need a look than the
/// day before.</summary>
internal sealed class ParityNews(NoticeStore notices, HubMetrics metrics)
{
    /// <param name="before">The report of the day before; null for the first.</param>
    public async Task TellAsync(ParityReport report, ParityReport? before, CancellationToken cancellationToken)
    {
        foreach (var cause in Enum.GetValues<ParityCause>())
        {
            metrics.Missing(report.From, report.To, cause.ToString(), report.Missing.GetValueOrDefault(cause));
        }

        var more = report.NeedALook > (before?.NeedALook ?? 0);
        if (more || report.NeedALook == 0)
        {
            await notices.CloseAsync(KeyOf(report), cancellationToken);
        }

        if (more)
        {
            await notices.OpenAsync(NoticeOf(report), cancellationToken);
        }
    }

    private static string KeyOf(ParityReport report) => $"parity|{report.From}|{report.To}";

    private static OpsNotice NoticeOf(ParityReport report) => new(
        KeyOf(report),
        $"{report.To} lacks people of {report.From}, and the hub does not know why",
        [
            $"Of {report.People} people in {report.From}, {report.To} lacks {report.Missing.Values.Sum()}; "
            + $"{report.NeedALook} of them need a look.",
            $"GET /api/parity/{report.From}/{report.To}?cause=missed lists those whom the hub never received,",
            "?cause=vanished those whose record was deleted without a word, ?cause=unexplained the rest.",
            "docs/operations/parity.md says what to do.",
        ]);
}
