using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.WriteBack;

/// <summary>A breaker as ops see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="LeadId">The lead.</param>
/// <param name="Property">The property whose writing is stopped.</param>
/// <param name="Connectors">The connectors that replaced the hub's values.</param>
/// <param name="OpenedAt">Since when.</param>
/// <param name="Until">When it closes by itself.</param>
public sealed record OpenSyncLoop(string Id, LeadId LeadId, PersonProperty Property, IReadOnlyList<string> Connectors, DateTimeOffset OpenedAt, DateTimeOffset Until);

/// <summary>The table <c>Breakers</c>: the breakers that are open, so that they can be listed. What stops a write stands in the lead's own ledger.</summary>
public sealed class SyncLoopBreakerStore(HubTables tables) : IErasable
{
    private const string Partition = "open";

    /// <summary>Makes a row known; the same row again is once.</summary>
    public async Task PutAsync(OpenSyncLoop breaker, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(breaker);
        var row = new TableEntity(Partition, breaker.Id)
        {
            ["LeadId"] = breaker.LeadId.Value,
            ["Property"] = breaker.Property.ToString(),
            ["Connectors"] = string.Join(',', breaker.Connectors),
            ["OpenedAt"] = breaker.OpenedAt,
            ["Until"] = breaker.Until,
        };
        await (await tables.GetAsync(HubTables.Breakers, cancellationToken)).UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>All rows, those that are past too, in order of opening.</summary>
    public async Task<IReadOnlyList<OpenSyncLoop>> AllAsync(CancellationToken cancellationToken)
    {
        var all = new List<OpenSyncLoop>();
        await foreach (var row in (await tables.GetAsync(HubTables.Breakers, cancellationToken)).QueryAsync<TableEntity>((string?)null, cancellationToken: cancellationToken))
        {
            all.Add(Read(row));
        }

        return [.. all.OrderBy(breaker => breaker.OpenedAt).ThenBy(breaker => breaker.Id, StringComparer.Ordinal)];
    }

    /// <summary>A row by its id; null for none.</summary>
    public async Task<OpenSyncLoop?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var row = await (await tables.GetAsync(HubTables.Breakers, cancellationToken)).GetEntityIfExistsAsync<TableEntity>(Partition, id, null, cancellationToken);
        return row.HasValue ? Read(row.Value!) : null;
    }

    /// <summary>Removes a row; one that is gone is fine.</summary>
    public async Task RemoveAsync(string id, CancellationToken cancellationToken) =>
        await (await tables.GetAsync(HubTables.Breakers, cancellationToken)).DeleteEntityAsync(Partition, id, ETag.All, cancellationToken);

    /// <inheritdoc/>
    public async Task EraseAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        foreach (var breaker in (await AllAsync(cancellationToken)).Where(breaker => breaker.LeadId == leadId))
        {
            await RemoveAsync(breaker.Id, cancellationToken);
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
