using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>A row of the index that has come due.</summary>
/// <param name="LeadId">The lead to look at.</param>
/// <param name="DueAt">The row's time.</param>
/// <param name="WrittenAt">When it was written, by the clock of whoever wrote it.</param>
/// <param name="ETag">What the row was when it was read.</param>
public sealed record DueLead(LeadId LeadId, DateTimeOffset DueAt, DateTimeOffset WrittenAt, ETag ETag);

/// <summary>
/// The table <c>Deadlines</c>: when which lead is next to be looked at. The partition is the second that it is due in, so that a sweep reads what is due and nothing else. A row is a
/// hint: the journey says what is true.
/// </summary>
public sealed class DeadlineStore(HubTables tables, TimeProvider clock)
{
    private const string KeyFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const string WrittenAt = "WrittenAt";

    /// <summary>Adds a row. Adding it twice is once.</summary>
    public async Task WatchAsync(LeadId leadId, DateTimeOffset dueAt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leadId);
        var deadlines = await tables.GetAsync(HubTables.Deadlines, cancellationToken);
        await deadlines.UpsertEntityAsync(RowFor(leadId, dueAt, clock.GetUtcNow()), TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>The rows that are due at <paramref name="now"/>, oldest first.</summary>
    public async IAsyncEnumerable<DueLead> DueAsync(DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var deadlines = await tables.GetAsync(HubTables.Deadlines, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey le {now.UtcDateTime.ToString(KeyFormat, CultureInfo.InvariantCulture)}");
        await foreach (var row in deadlines.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            var dueAt = DateTimeOffset.ParseExact(row.PartitionKey, KeyFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            yield return new(LeadId.Parse(row.RowKey), dueAt, row.GetDateTimeOffset(WrittenAt) ?? DateTimeOffset.MinValue, row.ETag);
        }
    }

    /// <summary>Removes a row that has been looked at, unless it was written since it was read. Whoever wrote it wants the lead checked again.</summary>
    /// <returns>Whether it is gone.</returns>
    public async Task<bool> RemoveAsync(DueLead due, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(due);
        var deadlines = await tables.GetAsync(HubTables.Deadlines, cancellationToken);
        try
        {
            await deadlines.DeleteEntityAsync(Key(due.DueAt), due.LeadId.Value, due.ETag, cancellationToken);
            return true;
        }
        catch (RequestFailedException rewritten) when (rewritten.IsConflict())
        {
            return false;
        }
    }

    /// <summary>The row as it stands in the table.</summary>
    internal static TableEntity RowFor(LeadId leadId, DateTimeOffset dueAt, DateTimeOffset now) => new(Key(dueAt), leadId.Value) { [WrittenAt] = now };

    /// <summary>The second at or after the time, so that a row found due is due.</summary>
    private static string Key(DateTimeOffset dueAt)
    {
        var utc = dueAt.UtcDateTime;
        var second = utc.AddTicks((TimeSpan.TicksPerSecond - (utc.Ticks % TimeSpan.TicksPerSecond)) % TimeSpan.TicksPerSecond);
        return second.ToString(KeyFormat, CultureInfo.InvariantCulture);
    }
}
