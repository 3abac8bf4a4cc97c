using System.Collections.Concurrent;
using Azure.Data.Tables;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>The table <c>Missed</c>: events the hub does not read, counted by kind, and events the tools lost, by
/// kind of record. Counts are written every few seconds; a crash loses a few seconds of them. Each connector has a
/// bounded number of rows.</summary>
internal sealed partial class MissedStore(HubTables tables, TimeProvider clock, ILogger<MissedStore> logger) : BackgroundService
{
    /// <summary>The kinds listed for a connector. More count as <see cref="Others"/>.</summary>
    internal const int KindsListed = 50;

    /// <summary>The last kind of a long list.</summary>
    internal const string Others = "(others)";

    private const string Table = "Missed", Connector = "Connector", Kind = "Kind", Count = "Count", LastAt = "LastAt";
    private const string GapAt = "GapAt", ReadAgainAt = "ReadAgainAt";
    private const string Unread = "unread", Gaps = "gap";
    private const int LongestKind = 100;

    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(string Connector, string Kind), (long Count, DateTimeOffset LastAt)> _unsaved = new();

    /// <summary>Counts an event of a kind that the hub does not read.</summary>
    public void NoteUnread(string connector, string kind)
    {
        var shown = kind.Length > LongestKind ? kind[..LongestKind] : kind;
        Add((connector, _unsaved.Count < 2 * KindsListed ? shown : Others), 1, clock.GetUtcNow());
    }

    /// <summary>Records a gap, which the connector's next poll reads again. Of several gaps of a
    /// kind the earliest wins.</summary>
    public async Task NoteGapAsync(string connector, EventGap gap, CancellationToken cancellationToken)
    {
        var row = RowOf(Gaps, connector, gap.RecordType);
        var at = gap.At ?? clock.GetUtcNow();
        await ChangeAsync(row, stored =>
        {
            var pending = stored is not null && stored.GetDateTimeOffset(ReadAgainAt) is null ? stored.GetDateTimeOffset(GapAt) : null;
            return pending <= at
                ? null
                : new TableEntity(row.PartitionKey, row.RowKey) { [Connector] = connector, [Kind] = gap.RecordType, [GapAt] = at };
        }, cancellationToken);
    }

    /// <summary>Returns a connector's gaps that wait to be read again.</summary>
    public async Task<IReadOnlyList<EventGap>> PendingGapsAsync(string connector, CancellationToken cancellationToken)
    {
        var missed = await tables.GetAsync(Table, cancellationToken);
        var rows = await missed.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {Gaps} and Connector eq {connector}"), cancellationToken: cancellationToken)
            .ToListAsync(cancellationToken);
        return
        [
            .. rows.Where(row => row.GetDateTimeOffset(ReadAgainAt) is null)
                .Select(row => new EventGap(row.GetString(Kind)!, row.GetDateTimeOffset(GapAt))),
        ];
    }

    /// <summary>Marks a gap as read again. An earlier gap that arrived meanwhile stays open.</summary>
    public Task CloseGapAsync(string connector, EventGap gap, CancellationToken cancellationToken)
    {
        var row = RowOf(Gaps, connector, gap.RecordType);
        return ChangeAsync(row, stored => stored is null || stored.GetDateTimeOffset(GapAt) < gap.At
            ? null
            : new TableEntity(row.PartitionKey, row.RowKey)
            {
                [Connector] = connector,
                [Kind] = gap.RecordType,
                [GapAt] = gap.At,
                [ReadAgainAt] = clock.GetUtcNow(),
            }, cancellationToken);
    }

    /// <summary>Returns everything missed by connector, unsaved counts included.</summary>
    public async Task<ILookup<string, Missed>> ListAsync(CancellationToken cancellationToken)
    {
        var missed = await tables.GetAsync(Table, cancellationToken);
        var rows = await missed.QueryAsync<TableEntity>((string?)null, cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        var gaps = rows.Where(row => row.PartitionKey == Gaps)
            .Select(Missed (row) =>
                new Missed.Gap(
                    row.GetString(Connector)!, row.GetString(Kind)!, row.GetDateTimeOffset(GapAt)!.Value,
                    row.GetDateTimeOffset(ReadAgainAt)));
        var kinds = rows.Where(row => row.PartitionKey == Unread)
            .Select(row =>
                (Key: (row.GetString(Connector)!, row.GetString(Kind)!),
                 Count: row.GetInt64(Count) ?? 0, At: row.GetDateTimeOffset(LastAt)!.Value))
            .Concat(_unsaved.Select(pair => (pair.Key, pair.Value.Count, At: pair.Value.LastAt)))
            .GroupBy(kind => kind.Key)
            .Select(Missed (kind) =>
                new Missed.UnreadKind(kind.Key.Item1, kind.Key.Item2, kind.Sum(part => part.Count), kind.Max(part => part.At)));
        return gaps.Concat(kinds).OrderBy(one => one.Kind, StringComparer.Ordinal).ToLookup(one => one.Connector);
    }

    /// <summary>Writes the unsaved counts.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        foreach (var key in _unsaved.Keys)
        {
            if (!_unsaved.TryRemove(key, out var news))
            {
                continue;
            }

            try
            {
                await SaveAsync(key.Connector, key.Kind, news.Count, news.LastAt, cancellationToken);
            }
            catch
            {
                Add(key, news.Count, news.LastAt);
                throw;
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(FlushEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryFlushAsync();
            }
        }
        finally
        {
            await TryFlushAsync();
        }
    }

    private async Task TryFlushAsync()
    {
        try
        {
            await FlushAsync(CancellationToken.None);
        }
        catch (Exception failure)
        {
            // Whatever it is, it must not stop the host.
            Log.NotSaved(logger, failure.GetType().Name);
        }
    }

    private void Add((string Connector, string Kind) key, long count, DateTimeOffset at) =>
        _unsaved.AddOrUpdate(key, _ => (count, at), (_, before) => (before.Count + count, at > before.LastAt ? at : before.LastAt));

    private async Task SaveAsync(string connector, string kind, long count, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var listed = await IsListedAsync(connector, kind, cancellationToken) ? kind : Others;
        var row = RowOf(Unread, connector, listed);
        await ChangeAsync(row, stored => new TableEntity(row.PartitionKey, row.RowKey)
        {
            [Connector] = connector, [Kind] = listed, [Count] = (stored?.GetInt64(Count) ?? 0) + count, [LastAt] = at,
        }, cancellationToken);
    }

    private async Task<bool> IsListedAsync(string connector, string kind, CancellationToken cancellationToken)
    {
        var missed = await tables.GetAsync(Table, cancellationToken);
        var kinds = await missed.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {Unread} and Connector eq {connector}"), select: [Kind],
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        return kinds.Count < KindsListed || kinds.Exists(row => row.GetString(Kind) == kind);
    }

    /// <summary>Changes a row under its ETag, and decides again on a conflict.</summary>
    private async Task ChangeAsync(TableEntity key, Func<TableEntity?, TableEntity?> change, CancellationToken cancellationToken)
    {
        var missed = await tables.GetAsync(Table, cancellationToken);
        await HubPipelines.Optimistic.ExecuteAsync(async token =>
        {
            var row = await missed.GetEntityIfExistsAsync<TableEntity>(key.PartitionKey, key.RowKey, null, token);
            if (change(row.HasValue ? row.Value : null) is { } changed)
            {
                await (row.HasValue
                    ? missed.UpdateEntityAsync(changed, row.Value!.ETag, TableUpdateMode.Replace, token)
                    : missed.AddEntityAsync(changed, token));
            }
        }, cancellationToken);
    }

    private static TableEntity RowOf(string partition, string connector, string kind) =>
        new(partition, TableKey.Hash($"{connector}|{kind}"));

    private static partial class Log
    {
        [LoggerMessage(
            1, LogLevel.Warning, "The counts of unread kinds could not be saved ({Failure}); retrying in a few seconds.")]
        public static partial void NotSaved(ILogger logger, string failure);
    }
}
