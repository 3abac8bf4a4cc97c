using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Reports;

/// <summary>The table <c>Tallies</c>, one partition: a row for each lead and deal with what it adds, and a row for each
/// view's month with the sums. One transaction writes both under their ETags, so a subject is counted once or not at
/// all. The sums are cached by this process; the ETag shows when another one changed them.</summary>
internal sealed class TallyStore(HubTables tables, PersonKeys keys, ReportOptions options) : IErasable
{
    internal const string LeadPrefix = "lead-", DealPrefix = "deal-", SumPrefix = "sum-";

    private const string Partition = "tally";

    /// <summary>The most rows of sums in the cache, which are a few KiB each.</summary>
    private const int MostCached = 1_000;

    private readonly ConcurrentDictionary<string, (SumRow Row, ETag? Version)> _sums = new(StringComparer.Ordinal);

    /// <summary>Returns the sums of a view's months and of the present.</summary>
    /// <param name="from">The first month, inclusive.</param>
    /// <param name="to">The last month, inclusive.</param>
    internal async Task<IReadOnlyList<SumRow>> SumsAsync(string view, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Tallies, cancellationToken);
        var (first, last) = (SumKey(view, TallyCell.MonthOf(from)), SumKey(view, TallyCell.MonthOf(to)));
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and RowKey ge {first} and RowKey le {last}");
        var sums = new List<SumRow>();
        await foreach (var row in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            sums.Add(TallyRow.Read<SumRow>(row));
        }

        var now = await FindAsync<SumRow>(SumKey(view, TallyCell.Now), cancellationToken);
        return now.Row is { } present ? [.. sums, present] : sums;
    }

    /// <summary>Returns all rows, for the audit.</summary>
    internal async IAsyncEnumerable<(string Key, SubjectRow? Subject, SumRow? Sum)> AllAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Tallies, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return row.RowKey.StartsWith(SumPrefix, StringComparison.Ordinal)
                ? (row.RowKey, null, TallyRow.Read<SumRow>(row)) : (row.RowKey, TallyRow.Read<SubjectRow>(row), null);
        }
    }

    /// <summary>Removes the lead. Its past days stay as anonymous sums, or go too, by
    /// <c>Reports:WhenErased</c>.</summary>
    public async Task EraseAsync(LeadId leadId, CancellationToken cancellationToken) =>
        await HubPipelines.Optimistic.ExecuteAsync(async token =>
        {
            var desk = Open();
            var lead = await desk.FindAsync(LeadKey(leadId), token);
            var keeps = options.WhenErased == ErasedFigures.Keep;
            await desk.ForgetWordsAsync(leadId, lead.Deals, keeps, token);
            desk.Erase(LeadKey(leadId), keeps ? ErasedTallyRules.RestOf(lead.Cells) : Tally.None.Cells);
            await desk.SaveAsync(token);
        }, cancellationToken);

    /// <summary>Opens a desk for changes of several subjects that are saved together.</summary>
    internal TallyDesk Open() => new(this);

    internal static string LeadKey(LeadId leadId) => LeadPrefix + leadId.Value;

    /// <summary>Returns the row of a deal, under the pepper: an id of a tool may name a person.</summary>
    internal string DealKey(string deal) => DealPrefix + keys.TableKeyOf($"deal|{deal}");

    internal static string SumKey(string view, string month) => $"{SumPrefix}{TableKey.Hash(view)}-{month}";

    internal async Task<(T? Row, ETag? Version)> FindAsync<T>(string key, CancellationToken cancellationToken)
        where T : class
    {
        var table = await tables.GetAsync(HubTables.Tallies, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Partition, key, null, cancellationToken);
        return row.HasValue ? (TallyRow.Read<T>(row.Value!), row.Value!.ETag) : (null, null);
    }

    /// <summary>Returns the sums of a view's month, as this process last saw them.</summary>
    internal async Task<(SumRow Row, ETag? Version)> SumAsync(string view, string month, CancellationToken cancellationToken)
    {
        var key = SumKey(view, month);
        if (_sums.TryGetValue(key, out var known))
        {
            return known;
        }

        var (row, version) = await FindAsync<SumRow>(key, cancellationToken);
        return (row ?? SumRow.New(view, month), version);
    }

    /// <summary>Writes rows in one transaction.</summary>
    /// <exception cref="RequestFailedException">Another writer changed a row; the cached sums are dropped.</exception>
    internal async Task<IReadOnlyDictionary<string, ETag?>> WriteAsync(
        IReadOnlyList<(string Key, object? Row, ETag? Version)> rows, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Tallies, cancellationToken);
        try
        {
            var answers = await table.SubmitTransactionAsync(rows.Select(ToAction), cancellationToken);
            var versions = rows.Zip(answers.Value).ToDictionary(
                pair => pair.First.Key, pair => pair.First.Row is null ? null : pair.Second.Headers.ETag, StringComparer.Ordinal);
            Keep(rows, versions);
            return versions;
        }
        catch (RequestFailedException)
        {
            foreach (var (key, _, _) in rows)
            {
                _sums.TryRemove(key, out _);
            }

            throw;
        }
    }

    private void Keep(IReadOnlyList<(string Key, object? Row, ETag? Version)> rows, Dictionary<string, ETag?> versions)
    {
        if (_sums.Count >= MostCached)
        {
            _sums.Clear();
        }

        foreach (var (key, row, _) in rows)
        {
            if (row is SumRow sum)
            {
                _sums[key] = (sum, versions[key]);
            }
        }
    }

    private static TableTransactionAction ToAction((string Key, object? Row, ETag? Version) change) => change switch
    {
        (var key, null, { } version) => new(TableTransactionActionType.Delete, new TableEntity(Partition, key), version),
        (var key, { } row, null) => new(TableTransactionActionType.Add, Write(key, row)),
        (var key, { } row, { } version) => new(TableTransactionActionType.UpdateReplace, Write(key, row), version),
        _ => throw new InvalidOperationException($"Row {change.Key} is not in the table, and the change writes nothing to it."),
    };

    private static TableEntity Write(string key, object row) => row is SumRow sum
        ? TallyRow.Write(Partition, key, sum) : TallyRow.Write(Partition, key, (SubjectRow)row);
}
