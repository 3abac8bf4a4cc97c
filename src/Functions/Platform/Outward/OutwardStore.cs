using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Platform.Outward;

/// <summary>The table <c>Outward</c>: one row for each channel, changed under its ETag.</summary>
internal sealed class OutwardStore(HubTables tables)
{
    private const string Partition = "outward", Channel = "Channel";

    /// <summary>Returns all channels that ever took an effect.</summary>
    public async Task<IReadOnlyList<(OutwardChannel Channel, OutwardCount Count)>> ListAsync(CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Outward, cancellationToken);
        var rows = await table.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), cancellationToken: cancellationToken)
            .ToListAsync(cancellationToken);
        return
        [
            .. rows.OrderBy(row => row.GetString(Channel), StringComparer.Ordinal)
                .Select(row => (OutwardChannel.Parse(row.GetString(Channel))!, Read(row))),
        ];
    }

    /// <summary>Changes a channel's count, and decides again when another instance was faster.</summary>
    /// <returns>The counts before and after.</returns>
    public async Task<(OutwardCount Before, OutwardCount After)> ChangeAsync(
        OutwardChannel channel, Func<OutwardCount, OutwardCount> change, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Outward, cancellationToken);
        return await HubPipelines.Optimistic.ExecuteAsync(async token =>
        {
            var known = await table.GetEntityIfExistsAsync<TableEntity>(Partition, RowKey(channel), null, token);
            var before = known.HasValue ? Read(known.Value!) : new OutwardCount();
            var after = change(before);
            if (after != before)
            {
                await (known.HasValue
                    ? table.UpdateEntityAsync(ToRow(channel, after), known.Value!.ETag, TableUpdateMode.Replace, token)
                    : table.AddEntityAsync(ToRow(channel, after), token));
            }

            return (before, after);
        }, cancellationToken);
    }

    private static string RowKey(OutwardChannel channel) => TableKey.Hash($"{channel}");

    private static TableEntity ToRow(OutwardChannel channel, OutwardCount count) => new(Partition, RowKey(channel))
    {
        [Channel] = $"{channel}",
        [nameof(OutwardCount.Hour)] = count.Hour,
        [nameof(OutwardCount.Taken)] = count.Taken,
        [nameof(OutwardCount.HeldSince)] = count.HeldSince,
        [nameof(OutwardCount.HeldAt)] = count.HeldAt,
        [nameof(OutwardCount.FreeUntil)] = count.FreeUntil,
        [nameof(OutwardCount.Waiting)] = count.Waiting,
    };

    private static OutwardCount Read(TableEntity row) => new()
    {
        Hour = row.GetDateTimeOffset(nameof(OutwardCount.Hour))!.Value,
        Taken = row.GetInt32(nameof(OutwardCount.Taken)) ?? 0,
        HeldSince = row.GetDateTimeOffset(nameof(OutwardCount.HeldSince)),
        HeldAt = row.GetDateTimeOffset(nameof(OutwardCount.HeldAt)),
        FreeUntil = row.GetDateTimeOffset(nameof(OutwardCount.FreeUntil)),
        Waiting = row.GetInt32(nameof(OutwardCount.Waiting)) ?? 0,
    };
}
