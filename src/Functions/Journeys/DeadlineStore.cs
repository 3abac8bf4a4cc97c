using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>A row of the index that has come due.</summary>
/// <param name="LeadId">The lead to look at.</param>
/// <param name="DueAt">The row's time.</param>
public sealed record DueLead(LeadId LeadId, DateTimeOffset DueAt);

/// <summary>
/// The table <c>Deadlines</c>: when which lead is next to be looked at. The partition is the second that it is due in, so that a sweep reads what is due and nothing else. A row is a
/// hint: the journey says what is true.
/// </summary>
public sealed class DeadlineStore(HubTables tables)
{
    private const string KeyFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Adds a row. Adding it twice is once.</summary>
    public async Task WatchAsync(LeadId leadId, DateTimeOffset dueAt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leadId);
        var deadlines = await tables.GetAsync(HubTables.Deadlines, cancellationToken);
        await deadlines.UpsertEntityAsync(new TableEntity(Key(dueAt), leadId.Value), TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>The rows that are due at <paramref name="now"/>, oldest first.</summary>
    public async IAsyncEnumerable<DueLead> DueAsync(DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var deadlines = await tables.GetAsync(HubTables.Deadlines, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey le {now.UtcDateTime.ToString(KeyFormat, CultureInfo.InvariantCulture)}");
        await foreach (var row in deadlines.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken))
        {
            yield return new(LeadId.Parse(row.RowKey), DateTimeOffset.ParseExact(row.PartitionKey, KeyFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
        }
    }

    /// <summary>Removes a row that has been looked at. Removing one that is gone is fine.</summary>
    public async Task RemoveAsync(DueLead due, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(due);
        var deadlines = await tables.GetAsync(HubTables.Deadlines, cancellationToken);
        await deadlines.DeleteEntityAsync(Key(due.DueAt), due.LeadId.Value, ETag.All, cancellationToken);
    }

    /// <summary>The second at or after the time, so that a row found due is due.</summary>
    private static string Key(DateTimeOffset dueAt)
    {
        var utc = dueAt.UtcDateTime;
        var second = utc.AddTicks((TimeSpan.TicksPerSecond - (utc.Ticks % TimeSpan.TicksPerSecond)) % TimeSpan.TicksPerSecond);
        return second.ToString(KeyFormat, CultureInfo.InvariantCulture);
    }
}
