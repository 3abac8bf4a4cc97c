using Azure.Data.Tables;
using IntegrationHub.Functions.Parity;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;

namespace IntegrationHub.Functions.Ops.Health;

/// <summary>Reads what health shows besides connectors, queues and mail.</summary>
internal sealed class HealthReader(
    HubTables tables, OutwardBreaker outward, SweepBeats sweeps, ParityStore parity, TimeProvider clock)
{
    private const int SpoolCountedTo = 1_000;

    /// <summary>Counts the spool up to a thousand.</summary>
    public async Task<int> CountSpoolAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        var spool = await tables.GetAsync(HubTables.Spool, cancellationToken);
        await foreach (var _ in spool.QueryAsync<TableEntity>((string?)null, SpoolCountedTo, ["RowKey"], cancellationToken))
        {
            if (++count == SpoolCountedTo)
            {
                break;
            }
        }

        return count;
    }

    public Task<IReadOnlyList<SweepBeat>> SweepsAsync(CancellationToken cancellationToken) => sweeps.ListAsync(cancellationToken);

    public Task<IReadOnlyList<OutwardView>> OutwardAsync(CancellationToken cancellationToken) => outward.ListAsync(cancellationToken);

    public async Task<IReadOnlyList<ParityHealth>> ParityAsync(CancellationToken cancellationToken) =>
    [
        .. (await parity.ReportsAsync(cancellationToken)).Select(report => new ParityHealth(
            report.From, report.To, report.Missing.Values.Sum(), report.NeedALook, report.FinishedAt,
            clock.GetUtcNow() - report.FinishedAt >= ParityReport.LateAfter)),
    ];
}
