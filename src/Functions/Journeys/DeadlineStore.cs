using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>A due row of the index.</summary>
/// <param name="DueAt">The row's time.</param>
/// <param name="WrittenAt">When it was written, by the writer's clock.</param>
internal sealed record DueLead(LeadId LeadId, DateTimeOffset DueAt, DateTimeOffset WrittenAt, ETag ETag);

/// <summary>The table <c>Deadlines</c>: when each lead is due for its next check. The partition is the due second, so
/// that a sweep reads due rows only. A row is a hint; the journey decides.</summary>
internal sealed class DeadlineStore(HubTables tables, TimeProvider clock)
{
    private const string KeyFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const string WrittenAt = "WrittenAt";

    /// <summary>How long after its time a row may wait for a sweep, which runs every minute.</summary>
    private static readonly TimeSpan LateAfter = TimeSpan.FromMinutes(10);

    /// <summary>Whether no sweep has taken a row in time: it may be lost.</summary>
    public static bool IsLate(DateTimeOffset? watchedAt, DateTimeOffset now) => watchedAt < now - LateAfter;

    /// <summary>Adds a row. Idempotent.</summary>
    public async Task WatchAsync(LeadId leadId, DateTimeOffset dueAt, CancellationToken cancellationToken)
    {
        var deadlines = await tables.GetAsync(HubTables.Deadlines, cancellationToken);
        await deadlines.UpsertEntityAsync(RowFor(leadId, dueAt, clock.GetUtcNow()), TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Adds a row unless it is there.</summary>
    /// <returns>Whether it was missing.</returns>
    public async Task<bool> TryAddAsync(LeadId leadId, DateTimeOffset dueAt, CancellationToken cancellationToken)
    {
        var deadlines = await tables.GetAsync(HubTables.Deadlines, cancellationToken);
        try
        {
            await deadlines.AddEntityAsync(RowFor(leadId, dueAt, clock.GetUtcNow()), cancellationToken);
            return true;
        }
        catch (RequestFailedException there) when (there.IsAlreadyThere())
        {
            return false;
        }
    }

    /// <summary>Returns the rows that are due at <paramref name="now"/>, oldest first.</summary>
    public async IAsyncEnumerable<DueLead> DueAsync(DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var deadlines = await tables.GetAsync(HubTables.Deadlines, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey le {now.UtcDateTime.ToString(KeyFormat, CultureInfo.InvariantCulture)}");
        await foreach (var row in deadlines.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            var dueAt = DateTimeOffset.ParseExact(
                row.PartitionKey, KeyFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            yield return new(LeadId.Parse(row.RowKey), dueAt, row.GetDateTimeOffset(WrittenAt) ?? DateTimeOffset.MinValue, row.ETag);
        }
    }

    /// <summary>Removes a checked row. A no-op when it was written again since, because the
    /// writer wants another check.</summary>
    /// <returns>Whether it was removed.</returns>
    public async Task<bool> RemoveAsync(DueLead due, CancellationToken cancellationToken)
    {
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

    internal static TableEntity RowFor(LeadId leadId, DateTimeOffset dueAt, DateTimeOffset now) =>
        new(Key(dueAt), leadId.Value) { [WrittenAt] = now };

    /// <summary>Returns the second at or after the time, so that a due row is due.</summary>
    private static string Key(DateTimeOffset dueAt)
    {
        var utc = dueAt.UtcDateTime;
        var second = utc.AddTicks((TimeSpan.TicksPerSecond - (utc.Ticks % TimeSpan.TicksPerSecond)) % TimeSpan.TicksPerSecond);
        return second.ToString(KeyFormat, CultureInfo.InvariantCulture);
    }
}
