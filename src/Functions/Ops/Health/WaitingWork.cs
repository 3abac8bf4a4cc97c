using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Ops.Health;

/// <summary>What waits besides the queues: deliveries in the spool, and effects that are held.</summary>
public sealed class WaitingWork(HubTables tables, OutwardBreaker outward)
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

    public Task<IReadOnlyList<OutwardView>> OutwardAsync(CancellationToken cancellationToken) => outward.ListAsync(cancellationToken);
}
