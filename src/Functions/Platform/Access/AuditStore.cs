using System.Globalization;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Access;

/// <summary>A page of the audit.</summary>
/// <param name="Next">Names the next page; null at the end.</param>
internal sealed record AuditPage(IReadOnlyList<AuditLine> Lines, string? Next);

/// <summary>The table <c>Audit</c>: lines are added and never changed. A partition is a day in UTC, and row keys are in
/// order of time.</summary>
internal sealed class AuditStore(HubTables tables)
{
    private const string DayFormat = "yyyyMMdd";
    private const int PageSize = 500;
    private const int LargestTransaction = 100;

    /// <summary>Puts lines of the same moment in order.</summary>
    private int _added;

    /// <summary>Adds lines of one moment, in one write for each hundred.</summary>
    /// <exception cref="Azure.RequestFailedException">The table does not take them.</exception>
    public async Task AddAsync(IReadOnlyList<AuditLine> lines, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Audit, cancellationToken);
        foreach (var rows in lines.Select(ToRow).Chunk(LargestTransaction))
        {
            await table.SubmitTransactionAsync(
                rows.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)), cancellationToken);
        }
    }

    /// <summary>Returns a page of the lines of a period, in order of time.</summary>
    /// <param name="from">The start, inclusive.</param>
    /// <param name="to">The end, exclusive.</param>
    /// <param name="lead">The lead asked about; null for all.</param>
    /// <param name="after">What the page before named as next; null for the first.</param>
    public async Task<AuditPage> ReadAsync(
        DateTimeOffset from, DateTimeOffset to, LeadId? lead, string? after, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Audit, cancellationToken);
        var days = TableClient.CreateQueryFilter($"PartitionKey ge {DayOf(from)} and PartitionKey le {DayOf(to)}");
        var times = TableClient.CreateQueryFilter($"RowKey gt {after ?? TimeKey(from)} and RowKey lt {TimeKey(to)}");
        var ofLead = lead is null ? "" : $" and {TableClient.CreateQueryFilter($"Lead eq {lead.Value}")}";
        var rows = new List<TableEntity>(PageSize);
        var filter = $"{days} and {times}{ofLead}";
        await foreach (var row in table.QueryAsync<TableEntity>(filter, PageSize, cancellationToken: cancellationToken))
        {
            rows.Add(row);
            if (rows.Count == PageSize)
            {
                break;
            }
        }

        return new([.. rows.Select(ToLine)], rows.Count == PageSize ? rows[^1].RowKey : null);
    }

    /// <summary>Removes the lines of all days before a time.</summary>
    public async Task RemoveOldAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Audit, cancellationToken);
        await table.RemoveAsync(TableClient.CreateQueryFilter($"PartitionKey lt {DayOf(before)}"), cancellationToken);
    }

    private TableEntity ToRow(AuditLine line) =>
        new(DayOf(line.At), $"{TimeKey(line.At)}-{(uint)Interlocked.Increment(ref _added):D10}-{Guid.NewGuid():N}")
        {
            [nameof(AuditLine.At)] = line.At,
            [nameof(AuditLine.Actor)] = line.Actor,
            [nameof(AuditLine.Permission)] = line.Permission.ToString(),
            [nameof(AuditLine.Action)] = line.Action,
            [nameof(AuditLine.Lead)] = line.Lead?.Value,
            [nameof(AuditLine.Subject)] = line.Subject,
            [nameof(AuditLine.Outcome)] = line.Outcome,
        };

    private static AuditLine ToLine(TableEntity row) =>
        new(
            row.GetDateTimeOffset(nameof(AuditLine.At))!.Value, row.GetString(nameof(AuditLine.Actor)),
            Enum.Parse<Permission>(row.GetString(nameof(AuditLine.Permission))), row.GetString(nameof(AuditLine.Action)),
            LeadId.TryParse(row.GetString(nameof(AuditLine.Lead)), out var lead) ? lead : null,
            row.GetString(nameof(AuditLine.Subject)), row.GetString(nameof(AuditLine.Outcome)));

    private static string DayOf(DateTimeOffset at) => at.UtcDateTime.ToString(DayFormat, CultureInfo.InvariantCulture);

    /// <summary>Ticks with leading zeros, so that the order of text is the order of time.</summary>
    private static string TimeKey(DateTimeOffset at) => at.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);
}
