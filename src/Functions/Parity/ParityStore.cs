using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Parity;

/// <summary>The table <c>Parity</c>: a row for each pair of tools with its last report, and a partition for each pair and run
/// with the people who are missing. Rows name records and leads by their ids.</summary>
internal sealed class ParityStore(HubTables tables, ConnectorSet connectors) : IErasableByKey
{
    private const string Reports = "reports", Report = "Report", Run = "Run";
    private const int RowsPerTransaction = 100;
    private static readonly int[] Runs = [0, 1];

    /// <summary>Removes what an earlier run left under a run's number.</summary>
    public async Task ClearAsync(string from, string to, int run, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Parity, cancellationToken);
        await table.RemoveAsync(RowsOf(PartitionOf(from, to, run)), cancellationToken);
    }

    /// <summary>Stores missing people. Idempotent.</summary>
    public async Task AddAsync(
        string from, string to, int run, IEnumerable<MissingPerson> missing, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Parity, cancellationToken);
        foreach (var rows in missing.Select(person => ToRow(PartitionOf(from, to, run), from, person)).Chunk(RowsPerTransaction))
        {
            await table.SubmitTransactionAsync(
                rows.Select(row => new TableTransactionAction(TableTransactionActionType.UpsertReplace, row)), cancellationToken);
        }
    }

    /// <summary>Stores the report of a finished run, whose people are listed from now on.</summary>
    public async Task FinishAsync(ParityReport report, int run, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Parity, cancellationToken);
        var row = new TableEntity(Reports, NameOf(report.From, report.To))
        { [Report] = JsonSerializer.Serialize(report, HubJson.Options), [Run] = run };
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
        await ClearAsync(report.From, report.To, 1 - run, cancellationToken);
    }

    /// <summary>Returns the last report of each pair of tools that are still connected.</summary>
    public async Task<IReadOnlyList<ParityReport>> ReportsAsync(CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Parity, cancellationToken);
        return await table.QueryAsync<TableEntity>(RowsOf(Reports), cancellationToken: cancellationToken)
            .Select(row => ReportOf(row)).Where(report => IsListed(report.From) && IsListed(report.To)).ToListAsync(cancellationToken);
    }

    /// <summary>Returns the last report of a pair of tools; null before the first.</summary>
    public async Task<ParityReport?> FindAsync(string from, string to, CancellationToken cancellationToken) =>
        await RowAsync(from, to, cancellationToken) is { } row ? ReportOf(row) : null;

    /// <summary>Returns a page of the people whom a tool lacks.</summary>
    /// <param name="cause">The cause; null for all.</param>
    /// <returns>Null before the first report.</returns>
    public async Task<ListPage<MissingPerson>?> ListAsync(
        string from, string to, ParityCause? cause, PageRequest page, CancellationToken cancellationToken)
    {
        if (await RowAsync(from, to, cancellationToken) is not { } report)
        {
            return null;
        }

        var table = await tables.GetAsync(HubTables.Parity, cancellationToken);
        var rows = RowsOf(PartitionOf(from, to, report.GetInt32(Run)!.Value));
        var filter = cause is null ? rows
            : $"{rows} and {TableClient.CreateQueryFilter($"Cause eq {cause.ToString()}")}";
        var found = await table.PageAsync(filter, page, columns: null, cancellationToken);
        return new([.. found.Items.Select(Read)], found.Next);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> FindAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Parity, cancellationToken);
        var found = new List<string>();
        foreach (var partition in PartitionsOf(key))
        {
            if ((await table.GetEntityIfExistsAsync<TableEntity>(partition, RowOf(key), ["RowKey"], cancellationToken)).HasValue)
            {
                found.Add($"{HubTables.Parity} {partition}");
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public async Task EraseAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Parity, cancellationToken);
        foreach (var partition in PartitionsOf(key))
        {
            await table.DeleteEntityAsync(partition, RowOf(key), ETag.All, cancellationToken);
        }
    }

    /// <summary>Returns the partitions that may hold a record: of each pair with its tool, in both runs.</summary>
    private IEnumerable<string> PartitionsOf(IdentityKey key) =>
        from other in connectors.OfType<IPersonList>()
        where key.Kind == IdentityKind.Person && other.Name != key.Connector
        from run in Runs
        select PartitionOf(key.Connector, other.Name, run);

    private bool IsListed(string tool) => connectors.OfType<IPersonList>().Any(list => list.Name == tool);

    private async Task<TableEntity?> RowAsync(string from, string to, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Parity, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Reports, NameOf(from, to), null, cancellationToken);
        return row.HasValue ? row.Value : null;
    }

    private static ParityReport ReportOf(TableEntity row) =>
        JsonSerializer.Deserialize<ParityReport>(row.GetString(Report)!, HubJson.Options)!;

    private static TableEntity ToRow(string partition, string from, MissingPerson person) =>
        new(partition, RowOf(IdentityKey.Person(from, person.Record)))
        {
            [nameof(MissingPerson.Record)] = person.Record,
            [nameof(MissingPerson.LeadId)] = person.LeadId?.Value,
            [nameof(MissingPerson.Stage)] = person.Stage?.ToString(),
            [nameof(MissingPerson.Cause)] = person.Cause.ToString(),
            [nameof(MissingPerson.Reason)] = person.Reason,
        };

    private static MissingPerson Read(TableEntity row) => new(
        row.GetString(nameof(MissingPerson.Record))!,
        row.GetString(nameof(MissingPerson.LeadId)) is { } lead ? LeadId.Parse(lead) : null,
        Enum.TryParse<FunnelStage>(row.GetString(nameof(MissingPerson.Stage)), out var stage) ? stage : null,
        Enum.Parse<ParityCause>(row.GetString(nameof(MissingPerson.Cause))!),
        row.GetString(nameof(MissingPerson.Reason))!);

    private static string RowsOf(string partition) => TableClient.CreateQueryFilter($"PartitionKey eq {partition}");

    private static string PartitionOf(string from, string to, int run) => $"{NameOf(from, to)}-{run}";

    private static string NameOf(string from, string to) => $"{from}-{to}";

    private static string RowOf(IdentityKey record) => TableKey.Hash(record.Canonical);
}
