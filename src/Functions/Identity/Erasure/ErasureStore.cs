using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>A row of the due index. It is a hint; the erasure decides.</summary>
internal sealed record DueErasure(LeadId LeadId, string Partition);

/// <summary>The table <c>Erasures</c>: the open erasures by lead, and an index of them by due second, so that a sweep reads
/// due rows only. An erasure leaves the table once it is destroyed or restored.</summary>
internal sealed class ErasureStore(HubTables tables)
{
    private const string Open = "open", DuePrefix = "due-", AfterDue = "due.", KeyFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const string Json = "Json", Source = "Source", Connector = "Connector", Since = "Since";

    /// <summary>Stores an erasure unless its lead has one.</summary>
    /// <returns>The stored erasure, and whether it is new.</returns>
    public async Task<(OpenErasure Stored, bool IsNew)> AddAsync(OpenErasure erasure, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        try
        {
            var answer = await table.AddEntityAsync(ToRow(erasure), cancellationToken);
            return (erasure with { ETag = answer.Headers.ETag }, true);
        }
        catch (RequestFailedException there) when (there.IsAlreadyThere())
        {
            return await FindAsync(erasure.LeadId, cancellationToken) is { } stored
                ? (stored, false) : await AddAsync(erasure, cancellationToken);
        }
    }

    /// <summary>Returns the erasure of a lead; null for none.</summary>
    public async Task<OpenErasure?> FindAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Open, leadId.Value, null, cancellationToken);
        return row.HasValue ? FromRow(row.Value!) : null;
    }

    /// <summary>Saves an erasure; returns null when another writer changed it since.</summary>
    public async Task<OpenErasure?> SaveAsync(OpenErasure erasure, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        try
        {
            var answer = await table.UpdateEntityAsync(ToRow(erasure), erasure.ETag!.Value, TableUpdateMode.Replace, cancellationToken);
            return erasure with { ETag = answer.Headers.ETag };
        }
        catch (RequestFailedException lost) when (lost.IsConflict())
        {
            return null;
        }
    }

    /// <summary>Removes a finished erasure. Idempotent.</summary>
    public async Task RemoveAsync(OpenErasure erasure, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        await table.DeleteEntityAsync(Open, erasure.LeadId.Value, ETag.All, cancellationToken);
    }

    /// <summary>Returns a page of the open erasures.</summary>
    /// <param name="after">The marker of the page; null for the first.</param>
    public async Task<ErasurePage> PageAsync(ErasureFilter filter, int most, string? after, CancellationToken cancellationToken)
    {
        List<string> conditions = [TableClient.CreateQueryFilter($"PartitionKey eq {Open} and RowKey gt {after ?? ""}")];
        conditions.AddRange(new[]
        {
            filter.Source is { } source ? TableClient.CreateQueryFilter($"Source eq {source.ToString()}") : null,
            filter.Connector is { } connector ? TableClient.CreateQueryFilter($"Connector eq {connector}") : null,
            filter.From is { } from ? TableClient.CreateQueryFilter($"Since ge {from}") : null,
            filter.To is { } to ? TableClient.CreateQueryFilter($"Since lt {to}") : null,
        }.OfType<string>());
        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        var found = await table.QueryAsync<TableEntity>(string.Join(" and ", conditions), most, cancellationToken: cancellationToken)
            .Take(most).Select(FromRow).ToListAsync(cancellationToken);
        return new(found, found.Count == most ? found[^1].LeadId.Value : null);
    }

    /// <summary>Adds a row to the due index. Idempotent.</summary>
    public async Task<DueErasure> WatchAsync(LeadId leadId, DateTimeOffset dueAt, CancellationToken cancellationToken)
    {
        var row = new DueErasure(leadId, DuePartition(dueAt));
        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        await table.UpsertEntityAsync(new TableEntity(row.Partition, leadId.Value), TableUpdateMode.Replace, cancellationToken);
        return row;
    }

    /// <summary>Moves a row of the due index to another time. The new one is written first, so that a crash loses none.</summary>
    /// <param name="next">The new time; null removes the row.</param>
    public async Task MoveAsync(DueErasure due, DateTimeOffset? next, CancellationToken cancellationToken)
    {
        if (next is { } at && (await WatchAsync(due.LeadId, at, cancellationToken)).Partition == due.Partition)
        {
            return;
        }

        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        await table.DeleteEntityAsync(due.Partition, due.LeadId.Value, ETag.All, cancellationToken);
    }

    /// <summary>Returns the rows of the index that are due at <paramref name="now"/>, oldest first.</summary>
    public async IAsyncEnumerable<DueErasure> DueAsync(DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        var last = DuePrefix + now.UtcDateTime.ToString(KeyFormat, CultureInfo.InvariantCulture);
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey gt {DuePrefix} and PartitionKey le {last} and PartitionKey lt {AfterDue}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return new(LeadId.Parse(row.RowKey), row.PartitionKey);
        }
    }

    /// <summary>Returns the partition of the second at or after the time, so that a due row is due.</summary>
    private static string DuePartition(DateTimeOffset dueAt)
    {
        var utc = dueAt.UtcDateTime;
        var second = utc.AddTicks((TimeSpan.TicksPerSecond - (utc.Ticks % TimeSpan.TicksPerSecond)) % TimeSpan.TicksPerSecond);
        return DuePrefix + second.ToString(KeyFormat, CultureInfo.InvariantCulture);
    }

    private static TableEntity ToRow(OpenErasure erasure) => new(Open, erasure.LeadId.Value)
    {
        [Json] = JsonSerializer.Serialize(erasure, HubJson.Options),
        [Source] = erasure.Source.ToString(),
        [Connector] = erasure.Connector,
        [Since] = erasure.Since,
    };

    private static OpenErasure FromRow(TableEntity row) =>
        JsonSerializer.Deserialize<OpenErasure>(row.GetString(Json)!, HubJson.Options)! with { ETag = row.ETag };
}
