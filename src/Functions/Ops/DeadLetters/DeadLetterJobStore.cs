using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>The table <c>DeadLetterJobs</c>: one row for each job, and one for each queue or subscription that has a
/// job. The latter lets one job at a time work on it, and one instance at a time work on the job.</summary>
internal sealed class DeadLetterJobStore(HubTables tables, TimeProvider clock)
{
    private const string Partition = "job", JsonColumn = "Json", IdColumn = "Id", LeasedUntil = "LeasedUntil";

    /// <summary>Begins the key of an entity's row. No job's id begins like it.</summary>
    private const string ActiveKeys = "active-", AfterActiveKeys = "active.";

    /// <summary>Longer than a run and than a message's lock, so that nothing of a crashed run is still
    /// locked.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    /// <summary>Stores a new job and leases it to this instance.</summary>
    /// <returns>The stored job; null when the entity has one that is not over.</returns>
    public async Task<DeadLetterJob?> TryAddAsync(DeadLetterJob job, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.DeadLetterJobs, cancellationToken);
        var active = new TableEntity(Partition, KeyOf(job.Entity)) { [IdColumn] = job.Id, [LeasedUntil] = clock.GetUtcNow() + Lease };
        try
        {
            var added = await table.SubmitTransactionAsync(
                [new(TableTransactionActionType.Add, active), new(TableTransactionActionType.Add, ToRow(job))], cancellationToken);
            return job with { ETag = added.Value[1].Headers.ETag!.Value };
        }
        catch (RequestFailedException there) when (there.IsAlreadyThere())
        {
            return null;
        }
    }

    /// <summary>Returns a job; null for none.</summary>
    public async Task<DeadLetterJob?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.DeadLetterJobs, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Partition, id, null, cancellationToken);
        return row.HasValue ? FromRow(row.Value!) : null;
    }

    /// <summary>Returns the job of an entity that is not over; null for none.</summary>
    public async Task<DeadLetterJob?> FindActiveAsync(string entity, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.DeadLetterJobs, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Partition, KeyOf(entity), null, cancellationToken);
        return row.HasValue ? await FindAsync(row.Value!.GetString(IdColumn), cancellationToken) : null;
    }

    /// <summary>Returns the latest jobs, the newest first, at most as many as given.</summary>
    public async Task<IReadOnlyList<DeadLetterJob>> ListAsync(int most, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.DeadLetterJobs, cancellationToken);
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {Partition} and (RowKey lt {ActiveKeys} or RowKey ge {AfterActiveKeys})");
        var rows = table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken);
        return [.. (await rows.Select(FromRow).ToListAsync(cancellationToken)).OrderByDescending(job => job.StartedAt).Take(most)];
    }

    /// <summary>Leases every job that no instance works on, and returns them.</summary>
    public async Task<IReadOnlyList<DeadLetterJob>> LeaseAsync(CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.DeadLetterJobs, cancellationToken);
        var leased = new List<DeadLetterJob>();
        var now = clock.GetUtcNow();
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {Partition} and RowKey ge {ActiveKeys} and RowKey lt {AfterActiveKeys}");
        var rows = table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken);
        await foreach (var row in rows)
        {
            if (row.GetDateTimeOffset(LeasedUntil) > now || await FindAsync(row.GetString(IdColumn), cancellationToken) is not { } job)
            {
                continue;
            }

            try
            {
                if (job.IsOver)
                {
                    // It ended, and the instance stopped before it could free the entity.
                    await table.DeleteEntityAsync(Partition, row.RowKey, row.ETag, cancellationToken);
                    continue;
                }

                row[LeasedUntil] = now + Lease;
                await table.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, cancellationToken);
                leased.Add(job);
            }
            catch (RequestFailedException taken) when (taken.IsConflict())
            {
                // Another instance has it.
            }
        }

        return leased;
    }

    /// <summary>Gives a leased job back to all instances, and frees its entity when it is over.</summary>
    public async Task ReleaseAsync(DeadLetterJob job, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.DeadLetterJobs, cancellationToken);
        if (await FindActiveRowAsync(job, cancellationToken) is not { } row)
        {
            return;
        }

        if (await FindAsync(job.Id, cancellationToken) is not { IsOver: false })
        {
            await table.DeleteEntityAsync(Partition, row.RowKey, ETag.All, cancellationToken);
            return;
        }

        row.Remove(LeasedUntil);
        await table.UpdateEntityAsync(row, ETag.All, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Frees the entity of a job that is over, unless an instance is still at a page of it and frees it
    /// then.</summary>
    public async Task FreeAsync(DeadLetterJob job, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.DeadLetterJobs, cancellationToken);
        if (await FindActiveRowAsync(job, cancellationToken) is { } row && !(row.GetDateTimeOffset(LeasedUntil) > clock.GetUtcNow()))
        {
            await table.DeleteEntityAsync(Partition, row.RowKey, ETag.All, cancellationToken);
        }
    }

    /// <summary>Stores the progress of a job.</summary>
    /// <returns>The stored job; null when somebody else changed it.</returns>
    public async Task<DeadLetterJob?> SaveAsync(DeadLetterJob job, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.DeadLetterJobs, cancellationToken);
        try
        {
            var answer = await table.UpdateEntityAsync(ToRow(job), job.ETag, TableUpdateMode.Replace, cancellationToken);
            return job with { ETag = answer.Headers.ETag!.Value };
        }
        catch (RequestFailedException changed) when (changed.IsConflict())
        {
            return null;
        }
    }

    /// <summary>Removes jobs that ended before a time, at most as many as given.</summary>
    public async Task RemoveOldAsync(DateTimeOffset before, int most, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.DeadLetterJobs, cancellationToken);
        foreach (var old in (await ListAsync(int.MaxValue, cancellationToken)).Where(job => job.EndedAt < before).TakeLast(most))
        {
            await table.DeleteEntityAsync(Partition, old.Id, ETag.All, cancellationToken);
        }
    }

    private async Task<TableEntity?> FindActiveRowAsync(DeadLetterJob job, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.DeadLetterJobs, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Partition, KeyOf(job.Entity), null, cancellationToken);
        return row.HasValue && row.Value!.GetString(IdColumn) == job.Id ? row.Value : null;
    }

    /// <summary>A key may hold no slash.</summary>
    private static string KeyOf(string entity) => ActiveKeys + entity.Replace('/', '|');

    private static TableEntity ToRow(DeadLetterJob job) =>
        new(Partition, job.Id) { [JsonColumn] = JsonSerializer.Serialize(job, HubJson.Options) };

    private static DeadLetterJob FromRow(TableEntity row) =>
        JsonSerializer.Deserialize<DeadLetterJob>(row.GetString(JsonColumn), HubJson.Options)! with { ETag = row.ETag };
}
