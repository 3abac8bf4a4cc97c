using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Records that tools still have of erased persons, in two partitions of the table <c>Erasures</c>: those to tell, and those
/// for a person. A row goes when the record is erased.</summary>
internal sealed class ToolErasureStore(HubTables tables)
{
    private const string ToTell = "tools-tell", ByHand = "tools-hand";

    /// <summary>Stores a record. A no-op when it is there.</summary>
    /// <returns>Whether it is new.</returns>
    public async Task<bool> AddAsync(ToolErasure erasure, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        try
        {
            await table.AddEntityAsync(ToRow(erasure), cancellationToken);
            return true;
        }
        catch (RequestFailedException there) when (there.IsAlreadyThere())
        {
            return false;
        }
    }

    /// <summary>Returns records to tell, whose time has come.</summary>
    public async Task<IReadOnlyList<ToolErasure>> DueAsync(DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {ToTell} and NotBefore le {now}");
        return await table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken).Take(most).Select(FromRow)
            .ToListAsync(cancellationToken);
    }

    /// <summary>Returns a page of the records that a person has to erase.</summary>
    public async Task<ListPage<ToolErasure>> ByHandAsync(PageRequest page, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        var rows = await table.PageAsync(
            TableClient.CreateQueryFilter($"PartitionKey eq {ByHand}"), page, columns: null, cancellationToken);
        return new([.. rows.Items.Select(FromRow)], rows.Next);
    }

    /// <summary>Tries a record again later.</summary>
    public async Task DelayAsync(ToolErasure erasure, DateTimeOffset notBefore, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        await table.UpsertEntityAsync(ToRow(erasure with { NotBefore = notBefore }), TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Leaves a record to a person.</summary>
    public async Task LeaveAsync(ToolErasure erasure, CancellationToken cancellationToken)
    {
        await AddAsync(erasure with { ByHand = true }, cancellationToken);
        await RemoveAsync(erasure, cancellationToken);
    }

    /// <summary>Removes a record that is erased.</summary>
    /// <returns>Whether it was there.</returns>
    public async Task<bool> RemoveAsync(ToolErasure erasure, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        var row = ToRow(erasure);
        var found = await table.GetEntityIfExistsAsync<TableEntity>(row.PartitionKey, row.RowKey, ["RowKey"], cancellationToken);
        await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
        return found.HasValue;
    }

    private static TableEntity ToRow(ToolErasure erasure) =>
        new(erasure.ByHand ? ByHand : ToTell, TableKey.Hash(erasure.Key.Canonical))
        {
            [nameof(ToolErasure.Connector)] = erasure.Connector,
            [nameof(ToolErasure.Record)] = erasure.Record,
            [nameof(ToolErasure.Since)] = erasure.Since,
            [nameof(ToolErasure.NotBefore)] = erasure.NotBefore ?? erasure.Since,
        };

    private static ToolErasure FromRow(TableEntity row) => new(
        row.GetString(nameof(ToolErasure.Connector))!, row.GetString(nameof(ToolErasure.Record))!,
        row.GetDateTimeOffset(nameof(ToolErasure.Since))!.Value, row.PartitionKey == ByHand);
}
