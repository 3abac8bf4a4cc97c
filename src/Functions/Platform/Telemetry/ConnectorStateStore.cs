using System.Collections.Concurrent;
using Azure.Data.Tables;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>The table <c>Connectors</c>: the state of each connector. Changes stay in memory and are written
/// every few seconds, so they cost the events nothing; a crash loses a few seconds of them. Instances share the
/// rows, and the last write wins.</summary>
internal sealed partial class ConnectorStateStore(
    HubTables tables, TimeProvider clock, ILogger<ConnectorStateStore> logger) : BackgroundService
{
    private const string Partition = "connector";
    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseHalvesAfter = TimeSpan.FromDays(14);

    private readonly ConcurrentDictionary<string, int> _dropped = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConnectorState> _states = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _unsaved = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _recalled = new(StringComparer.Ordinal);

    /// <summary>Records that an event was processed.</summary>
    /// <param name="since">When the hub received it, for the lag.</param>
    public void Worked(string name, DateTimeOffset since)
    {
        var now = clock.GetUtcNow();
        Note(name, state => state with
        {
            FirstEventAt = state.FirstEventAt ?? now,
            LastEventAt = now,
            LastGoodAt = now,
            Lag = now > since ? now - since : TimeSpan.Zero,
            LongestPause = LongestPause(state, now),
        });
    }

    /// <summary>Records that a connector answered, with or without news.</summary>
    public void Reached(string name) => Note(name, state => state with { LastGoodAt = clock.GetUtcNow() });

    /// <summary>Records a failure, whose message must hold no personal data.</summary>
    public void Failed(string name, Exception failure)
    {
        var now = clock.GetUtcNow();
        Note(name, state => state with
        {
            LastFailureAt = now,
            FailingSince = state.Failing ? state.FailingSince ?? now : now,
            Fault = failure switch
            {
                ConnectorNeedsAuthorizationException => ConnectorFault.NeedsAuthorization,
                VendorRefusedException => ConnectorFault.Refused,
                _ => ConnectorFault.Unavailable,
            },
            LastError = FailureText.Short(failure),
        });
    }

    /// <summary>Counts dropped facts.</summary>
    public void Dropped(string name, int count) => _dropped.AddOrUpdate(name, count, (_, before) => before + count);

    /// <summary>Returns all states by name. This process's unsaved changes win over stored ones.</summary>
    public async Task<IReadOnlyDictionary<string, ConnectorState>> GetAllAsync(CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, ConnectorState>(StringComparer.Ordinal);
        var table = await tables.GetAsync(HubTables.Connectors, cancellationToken);
        await foreach (var row in table.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), cancellationToken: cancellationToken))
        {
            all[row.RowKey] = FromRow(row);
        }

        foreach (var (name, known) in _states)
        {
            all[name] = all.TryGetValue(name, out var stored) ? Newer(stored, known) : known;
        }

        foreach (var (name, count) in _dropped)
        {
            var state = all.GetValueOrDefault(name) ?? new ConnectorState { Name = name };
            all[name] = state with { Dropped = state.Dropped + count };
        }

        return all;
    }

    /// <summary>Writes the unsaved changes.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Connectors, cancellationToken);
        foreach (var name in _unsaved.Keys)
        {
            // Removed before the write, so that changes during the write are saved by the next flush.
            _unsaved.TryRemove(name, out _);
            try
            {
                await RecallAsync(table, name, cancellationToken);
                await table.UpsertEntityAsync(ToRow(_states[name]), TableUpdateMode.Merge, cancellationToken);
            }
            catch
            {
                _unsaved[name] = true;
                throw;
            }
        }

        foreach (var name in _dropped.Keys)
        {
            await AddDroppedAsync(table, name, cancellationToken);
        }
    }

    /// <summary>Adds the count to the shared row under its ETag. On a conflict the next flush tries again.</summary>
    private async Task AddDroppedAsync(TableClient table, string name, CancellationToken cancellationToken)
    {
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Partition, name, [nameof(ConnectorState.Dropped)], cancellationToken);
        var stored = row.HasValue ? row.Value!.GetInt64(nameof(ConnectorState.Dropped)) ?? 0 : 0;
        _dropped.TryRemove(name, out var count);
        var sum = new TableEntity(Partition, name) { [nameof(ConnectorState.Dropped)] = stored + count };
        try
        {
            await (
                row.HasValue
                    ? table.UpdateEntityAsync(sum, row.Value!.ETag, TableUpdateMode.Merge, cancellationToken)
                    : table.AddEntityAsync(sum, cancellationToken));
        }
        catch
        {
            Dropped(name, count);
            throw;
        }
    }

    /// <summary>Merges the stored state once, before it would be overwritten.</summary>
    private async Task RecallAsync(TableClient table, string name, CancellationToken cancellationToken)
    {
        if (_recalled.ContainsKey(name))
        {
            return;
        }

        var row = await table.GetEntityIfExistsAsync<TableEntity>(Partition, name, cancellationToken: cancellationToken);
        if (row.HasValue)
        {
            _states.AddOrUpdate(name, _ => FromRow(row.Value!), (_, known) => Newer(FromRow(row.Value!), known));
        }

        _recalled[name] = true;
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

    /// <summary>Flushes without a token: the last flush runs while the host stops, and each
    /// request has its own limit.</summary>
    private async Task TryFlushAsync()
    {
        try
        {
            if (!_unsaved.IsEmpty || !_dropped.IsEmpty)
            {
                await FlushAsync(CancellationToken.None);
            }
        }
        catch (Exception failure)
        {
            // Whatever it is, it must not stop the host. Without a connection the client throws an AggregateException.
            Log.NotSaved(logger, failure.GetType().Name);
        }
    }

    private void Note(string name, Func<ConnectorState, ConnectorState> change)
    {
        _states.AddOrUpdate(name, _ => change(new ConnectorState { Name = name }), (_, state) => change(state));
        _unsaved[name] = true;
    }

    private static TimeSpan LongestPause(ConnectorState state, DateTimeOffset now)
    {
        if (state.LastEventAt is not { } before || now <= before)
        {
            return state.LongestPause;
        }

        var pause = now - before;
        var remembered = state.LongestPause * Math.Pow(0.5, pause / PauseHalvesAfter);
        return pause > remembered ? pause : remembered;
    }

    private static ConnectorState Newer(ConnectorState stored, ConnectorState known) => known with
    {
        FirstEventAt = known.FirstEventAt is null || stored.FirstEventAt < known.FirstEventAt ? stored.FirstEventAt : known.FirstEventAt,
        LongestPause = new[] { stored.LongestPause, known.LongestPause, known.FirstEventAt - stored.LastEventAt ?? TimeSpan.Zero }.Max(),
        Fault = stored.LastFailureAt > known.LastFailureAt || known.LastFailureAt is null ? stored.Fault : known.Fault,
        FailingSince = stored.LastFailureAt > known.LastFailureAt || known.LastFailureAt is null ? stored.FailingSince : known.FailingSince,
        Dropped = stored.Dropped,
        Lag = stored.LastEventAt > known.LastEventAt || known.LastEventAt is null ? stored.Lag : known.Lag,
        LastEventAt = Later(stored.LastEventAt, known.LastEventAt),
        LastGoodAt = Later(stored.LastGoodAt, known.LastGoodAt),
        LastError = stored.LastFailureAt > known.LastFailureAt || known.LastFailureAt is null ? stored.LastError : known.LastError,
        LastFailureAt = Later(stored.LastFailureAt, known.LastFailureAt),
    };

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;

    private static ConnectorState FromRow(TableEntity row) => new()
    {
        Name = row.RowKey,
        LastEventAt = row.GetDateTimeOffset(nameof(ConnectorState.LastEventAt)),
        Lag = TimeSpan.FromSeconds(row.GetDouble("LagSeconds") ?? 0),
        LastGoodAt = row.GetDateTimeOffset(nameof(ConnectorState.LastGoodAt)),
        LastFailureAt = row.GetDateTimeOffset(nameof(ConnectorState.LastFailureAt)),
        LastError = row.GetString(nameof(ConnectorState.LastError)),
        Fault = Enum.TryParse<ConnectorFault>(row.GetString(nameof(ConnectorState.Fault)), out var fault)
            ? fault : ConnectorFault.Unavailable,
        FailingSince = row.GetDateTimeOffset(nameof(ConnectorState.FailingSince)),
        FirstEventAt = row.GetDateTimeOffset(nameof(ConnectorState.FirstEventAt)),
        LongestPause = TimeSpan.FromSeconds(row.GetDouble("LongestPauseSeconds") ?? 0),
        Dropped = row.GetInt64(nameof(ConnectorState.Dropped)) ?? 0,
    };

    private static TableEntity ToRow(ConnectorState state) => new(Partition, state.Name)
    {
        [nameof(ConnectorState.LastEventAt)] = state.LastEventAt,
        ["LagSeconds"] = state.Lag.TotalSeconds,
        [nameof(ConnectorState.LastGoodAt)] = state.LastGoodAt,
        [nameof(ConnectorState.LastFailureAt)] = state.LastFailureAt,
        [nameof(ConnectorState.LastError)] = state.LastError,
        [nameof(ConnectorState.Fault)] = state.Fault.ToString(),
        [nameof(ConnectorState.FailingSince)] = state.FailingSince,
        [nameof(ConnectorState.FirstEventAt)] = state.FirstEventAt,
        ["LongestPauseSeconds"] = state.LongestPause.TotalSeconds,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The state of the connectors could not be saved ({Failure}); retrying in a few seconds.")]
        public static partial void NotSaved(ILogger logger, string failure);
    }
}
