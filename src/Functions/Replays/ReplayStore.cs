using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Replays;

/// <summary>A compared lead.</summary>
/// <param name="Live">The hash of the live journey; null when the lead is missing.</param>
/// <param name="Rebuilt">The hash that a switch would give; null when nothing would remain.</param>
internal sealed record ComparedLead(LeadId LeadId, LeadVerdict Verdict, string? Live, string? Rebuilt);

/// <summary>The table <c>Replays</c>: one row for each replay, and one for each lead that it compared. One replay at a
/// time: the row <c>active</c> names it.</summary>
internal sealed class ReplayStore(HubTables tables)
{
    private const string Partition = "replay", ActiveRow = "active", JsonColumn = "Json", IdColumn = "Id", LeasedUntil = "LeasedUntil";
    private const int TransactionRows = 100;

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    /// <summary>Stores a new replay.</summary>
    /// <returns>False when another one is not over.</returns>
    public async Task<bool> TryAddAsync(Replay replay, CancellationToken cancellationToken)
    {
        var replays = await tables.GetAsync(HubTables.Replays, cancellationToken);
        try
        {
            await replays.SubmitTransactionAsync(
                [
                    new(TableTransactionActionType.Add, new TableEntity(Partition, ActiveRow) { [IdColumn] = replay.Id }),
                    new(TableTransactionActionType.Add, ToRow(replay)),
                ], cancellationToken);
            return true;
        }
        catch (RequestFailedException there) when (there.IsAlreadyThere())
        {
            return false;
        }
    }

    /// <summary>Returns a replay; null for none.</summary>
    public async Task<Replay?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var replays = await tables.GetAsync(HubTables.Replays, cancellationToken);
        var row = await replays.GetEntityIfExistsAsync<TableEntity>(Partition, id, null, cancellationToken);
        return row.HasValue && row.Value!.GetString(JsonColumn) is { } json
            ? JsonSerializer.Deserialize<Replay>(json, HubJson.Options)! with { ETag = row.Value.ETag }
            : null;
    }

    /// <summary>Returns the replay that is not over; null for none.</summary>
    public async Task<Replay?> FindActiveAsync(CancellationToken cancellationToken) =>
        await FindActiveRowAsync(cancellationToken) is { } row ? await FindAsync(row.GetString(IdColumn)!, cancellationToken) : null;

    /// <summary>Reserves the active replay for this instance, until <see cref="ReleaseAsync"/> or for two minutes.</summary>
    /// <returns>Whether nobody else has it.</returns>
    public async Task<bool> TryLeaseAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var replays = await tables.GetAsync(HubTables.Replays, cancellationToken);
        if (await FindActiveRowAsync(cancellationToken) is not { } row || row.GetDateTimeOffset(LeasedUntil) > now)
        {
            return false;
        }

        try
        {
            row[LeasedUntil] = now + Lease;
            await replays.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, cancellationToken);
            return true;
        }
        catch (RequestFailedException taken) when (taken.IsConflict())
        {
            return false;
        }
    }

    /// <summary>Gives the reserved replay back to all instances.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        var replays = await tables.GetAsync(HubTables.Replays, cancellationToken);
        if (await FindActiveRowAsync(cancellationToken) is { } row)
        {
            row.Remove(LeasedUntil);
            await replays.UpdateEntityAsync(row, ETag.All, TableUpdateMode.Replace, cancellationToken);
        }
    }

    /// <summary>Removes replays that started before a time and are over, with their leads, at most as many rows as given.</summary>
    public async Task RemoveOldAsync(DateTimeOffset before, int most, CancellationToken cancellationToken)
    {
        var replays = await tables.GetAsync(HubTables.Replays, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and RowKey ne {ActiveRow}");
        await foreach (var row in replays.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            var old = JsonSerializer.Deserialize<Replay>(row.GetString(JsonColumn)!, HubJson.Options)!;
            if (!old.IsOver || old.StartedAt >= before)
            {
                continue;
            }

            var leads = await PageAsync(old.Id, null, null, most, cancellationToken);
            foreach (var some in leads.Chunk(TransactionRows))
            {
                await replays.SubmitTransactionAsync(
                    some.Select(lead => new TableTransactionAction(
                        TableTransactionActionType.Delete, new TableEntity(LeadsPartition(old.Id), lead.LeadId.Value), ETag.All)),
                    cancellationToken);
            }

            if (leads.Count < most)
            {
                await replays.DeleteEntityAsync(Partition, old.Id, ETag.All, cancellationToken);
            }
        }
    }

    /// <summary>Stores the progress of a replay. One that is over leaves room for the next.</summary>
    /// <returns>The stored replay; null when somebody else changed it.</returns>
    public async Task<Replay?> SaveAsync(Replay replay, CancellationToken cancellationToken)
    {
        var replays = await tables.GetAsync(HubTables.Replays, cancellationToken);
        try
        {
            var answer = await replays.UpdateEntityAsync(ToRow(replay), replay.ETag, TableUpdateMode.Replace, cancellationToken);
            if (replay.IsOver)
            {
                await replays.DeleteEntityAsync(Partition, ActiveRow, ETag.All, cancellationToken);
            }

            return replay with { ETag = answer.Headers.ETag!.Value };
        }
        catch (RequestFailedException changed) when (changed.IsConflict())
        {
            return null;
        }
    }

    /// <summary>Notes leads that the deliveries name. Idempotent.</summary>
    public async Task TouchAsync(string id, IEnumerable<LeadId> leads, CancellationToken cancellationToken)
    {
        var replays = await tables.GetAsync(HubTables.Replays, cancellationToken);
        foreach (var some in leads.Distinct().Chunk(TransactionRows))
        {
            await replays.SubmitTransactionAsync(
                some.Select(lead => new TableTransactionAction(
                    TableTransactionActionType.UpsertMerge, new TableEntity(LeadsPartition(id), lead.Value))),
                cancellationToken);
        }
    }

    /// <summary>Stores how a lead compares.</summary>
    public async Task SaveAsync(string id, ComparedLead lead, CancellationToken cancellationToken)
    {
        var replays = await tables.GetAsync(HubTables.Replays, cancellationToken);
        var row = new TableEntity(LeadsPartition(id), lead.LeadId.Value)
        {
            [nameof(ComparedLead.Verdict)] = lead.Verdict.ToString(),
            [nameof(ComparedLead.Live)] = lead.Live,
            [nameof(ComparedLead.Rebuilt)] = lead.Rebuilt,
        };
        await replays.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Removes a lead that is none any more.</summary>
    public async Task RemoveAsync(string id, LeadId lead, CancellationToken cancellationToken)
    {
        var replays = await tables.GetAsync(HubTables.Replays, cancellationToken);
        await replays.DeleteEntityAsync(LeadsPartition(id), lead.Value, ETag.All, cancellationToken);
    }

    /// <summary>Returns a page of leads after a lead, in order; a lead that is not compared yet has a null verdict.</summary>
    /// <param name="verdict">The verdict of the leads; null for all.</param>
    public async Task<IReadOnlyList<(LeadId LeadId, ComparedLead? Compared)>> PageAsync(
        string id, string? after, LeadVerdict? verdict, int most, CancellationToken cancellationToken)
    {
        var replays = await tables.GetAsync(HubTables.Replays, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {LeadsPartition(id)} and RowKey gt {after ?? ""}");
        if (verdict is { } wanted)
        {
            filter += " and " + TableClient.CreateQueryFilter($"Verdict eq {wanted.ToString()}");
        }

        var rows = await replays.QueryAsync<TableEntity>(filter, most, cancellationToken: cancellationToken)
            .Take(most).ToListAsync(cancellationToken);
        return [.. rows.Select(row => (LeadId.Parse(row.RowKey), FromRow(row)))];
    }

    private static ComparedLead? FromRow(TableEntity row) => row.GetString(nameof(ComparedLead.Verdict)) is { } verdict
        ? new(
            LeadId.Parse(row.RowKey), Enum.Parse<LeadVerdict>(verdict), row.GetString(nameof(ComparedLead.Live)),
            row.GetString(nameof(ComparedLead.Rebuilt)))
        : null;

    private async Task<TableEntity?> FindActiveRowAsync(CancellationToken cancellationToken)
    {
        var replays = await tables.GetAsync(HubTables.Replays, cancellationToken);
        var row = await replays.GetEntityIfExistsAsync<TableEntity>(Partition, ActiveRow, null, cancellationToken);
        return row.HasValue ? row.Value : null;
    }

    private static TableEntity ToRow(Replay replay) =>
        new(Partition, replay.Id) { [JsonColumn] = JsonSerializer.Serialize(replay, HubJson.Options) };

    private static string LeadsPartition(string id) => $"leads-{id}";
}
