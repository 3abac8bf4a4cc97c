using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Replays;

/// <summary>The table <c>ErasureLedger</c>: the ids of erased leads by day, and nothing else about them. It is never restored, so
/// that an older backup of the other tables brings nobody back.</summary>
internal sealed class ErasureLedger(HubTables tables, TimeProvider clock) : IErasable
{
    private const string DayFormat = "yyyyMMdd", AtColumn = "At";

    /// <summary>How long an entry stays, which is longer than any backup is kept.</summary>
    private static readonly TimeSpan KeepFor = TimeSpan.FromDays(365);

    /// <inheritdoc/>
    public bool IsAboutErasures => true;

    /// <summary>Notes an erased lead. Idempotent.</summary>
    public async Task EraseAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var ledger = await tables.GetAsync(HubTables.ErasureLedger, cancellationToken);
        var now = clock.GetUtcNow();
        await ledger.UpsertEntityAsync(
            new TableEntity(DayOf(now), leadId.Value) { [AtColumn] = now }, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Returns the leads that were erased on the day of a time or later, and when.</summary>
    public async IAsyncEnumerable<(LeadId LeadId, DateTimeOffset ErasedAt)> SinceAsync(
        DateTimeOffset time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ledger = await tables.GetAsync(HubTables.ErasureLedger, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey ge {DayOf(time)}");
        await foreach (var row in ledger.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return (LeadId.Parse(row.RowKey), row.GetDateTimeOffset(AtColumn)!.Value);
        }
    }

    /// <summary>Removes entries older than a year, at most as many as given.</summary>
    public async Task RemoveOldAsync(int most, CancellationToken cancellationToken)
    {
        var ledger = await tables.GetAsync(HubTables.ErasureLedger, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey lt {DayOf(clock.GetUtcNow() - KeepFor)}");
        var old = await ledger.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken)
            .Take(most).ToListAsync(cancellationToken);
        foreach (var row in old)
        {
            await ledger.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
        }
    }

    private static string DayOf(DateTimeOffset time) => time.UtcDateTime.ToString(DayFormat, CultureInfo.InvariantCulture);
}
