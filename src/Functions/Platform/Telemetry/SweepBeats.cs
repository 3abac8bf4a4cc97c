using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>The last run of a sweep, as health shows it.</summary>
/// <param name="RanAt">When it last ran.</param>
/// <param name="EndedAt">When it last came to its end; null for never.</param>
/// <param name="Removed">What it has removed since its beginning.</param>
/// <param name="IsLate">Whether it should have run since.</param>
internal sealed record SweepBeat(string Name, DateTimeOffset RanAt, DateTimeOffset? EndedAt, long Removed, bool IsLate = false);

/// <summary>The heartbeats of the sweeps, in the table <c>Cursors</c>.</summary>
internal sealed class SweepBeats(HubTables tables, TimeProvider clock)
{
    /// <summary>How long a sweep may be silent. All run at least every hour.</summary>
    internal static readonly TimeSpan LateAfter = TimeSpan.FromHours(3);

    private const string Partition = "beat";

    /// <summary>Notes a run.</summary>
    /// <param name="ended">Whether it came to its end.</param>
    /// <param name="removed">What it removed.</param>
    public async Task NoteAsync(string name, bool ended, int removed, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Cursors, cancellationToken);
        var now = clock.GetUtcNow();
        var before = await table.GetEntityIfExistsAsync<TableEntity>(Partition, name, null, cancellationToken);
        var known = before.HasValue ? Read(before.Value!) : new(name, now, null, 0);
        var row = new TableEntity(Partition, name)
        {
            [nameof(SweepBeat.RanAt)] = now,
            [nameof(SweepBeat.EndedAt)] = ended ? now : known.EndedAt,
            [nameof(SweepBeat.Removed)] = known.Removed + removed,
        };
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Returns all sweeps that ever ran, by name.</summary>
    public async Task<IReadOnlyList<SweepBeat>> ListAsync(CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Cursors, cancellationToken);
        return await table.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), cancellationToken: cancellationToken)
            .Select(Read).ToListAsync(cancellationToken);
    }

    private SweepBeat Read(TableEntity row)
    {
        var ranAt = row.GetDateTimeOffset(nameof(SweepBeat.RanAt))!.Value;
        return new(
            row.RowKey, ranAt, row.GetDateTimeOffset(nameof(SweepBeat.EndedAt)), row.GetInt64(nameof(SweepBeat.Removed)) ?? 0,
            clock.GetUtcNow() - ranAt >= LateAfter);
    }
}
