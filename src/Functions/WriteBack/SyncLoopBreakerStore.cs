using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.WriteBack;

/// <summary>An open breaker as ops see it.</summary>
/// <param name="Connectors">The connectors that overwrote the hub's value.</param>
/// <param name="Until">When it closes by itself.</param>
internal sealed record OpenSyncLoop(
    string Id, LeadId LeadId, PersonProperty Property, IReadOnlyList<string> Connectors, DateTimeOffset OpenedAt, DateTimeOffset Until);

/// <summary>The table <c>Breakers</c>: the open breakers, for listing. The lead's own
/// ledger stops the writes.</summary>
internal sealed class SyncLoopBreakerStore(HubTables tables) : IErasable
{
    private const string Partition = "open";

    /// <summary>Adds a row. Idempotent.</summary>
    public async Task PutAsync(OpenSyncLoop breaker, CancellationToken cancellationToken)
    {
        var row = new TableEntity(Partition, breaker.Id)
        {
            ["LeadId"] = breaker.LeadId.Value,
            ["Property"] = breaker.Property.ToString(),
            ["Connectors"] = string.Join(',', breaker.Connectors),
            ["OpenedAt"] = breaker.OpenedAt,
            ["Until"] = breaker.Until,
        };
        await (
            await tables.GetAsync(HubTables.Breakers, cancellationToken))
                .UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Returns a page of the rows, closed ones included.</summary>
    public async Task<ListPage<OpenSyncLoop>> PageAsync(PageRequest page, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Breakers, cancellationToken);
        var rows = await table.PageAsync(TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), page, null, cancellationToken);
        return new([.. rows.Items.Select(Read)], rows.Next);
    }

    /// <summary>Returns a row; null for none.</summary>
    public async Task<OpenSyncLoop?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Breakers, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Partition, id, null, cancellationToken);
        return row.HasValue ? Read(row.Value!) : null;
    }

    /// <summary>Removes a row. Idempotent.</summary>
    public async Task RemoveAsync(string id, CancellationToken cancellationToken) =>
        await (await tables.GetAsync(HubTables.Breakers, cancellationToken)).DeleteEntityAsync(Partition, id, ETag.All, cancellationToken);

    /// <inheritdoc/>
    public async Task EraseAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Breakers, cancellationToken);
        var (first, end) = ($"{leadId}-", $"{leadId}.");
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and RowKey ge {first} and RowKey lt {end}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, select: ["RowKey"], cancellationToken: cancellationToken))
        {
            await RemoveAsync(row.RowKey, cancellationToken);
        }
    }

    private static OpenSyncLoop Read(TableEntity row) => new(
        row.RowKey,
        LeadId.Parse(row.GetString("LeadId")!),
        Enum.Parse<PersonProperty>(row.GetString("Property")!),
        row.GetString("Connectors")!.Split(',', StringSplitOptions.RemoveEmptyEntries),
        row.GetDateTimeOffset("OpenedAt")!.Value,
        row.GetDateTimeOffset("Until")!.Value);
}
