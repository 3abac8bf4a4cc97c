using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;

namespace IntegrationHub.Functions.Ops.Health;

/// <summary>What waits besides the queues: deliveries in the spool, effects that are held, and sweeps.</summary>
internal sealed class WaitingWork(HubTables tables, OutwardBreaker outward, SweepBeats sweeps)
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
}
