using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>The table <c>Returns</c>: one row for each return, under its own key. The partition is the month, so that a
/// report reads its period only. A partition for each lead names its returns and is written first, so that an erasure
/// finds every row.</summary>
internal sealed class ReturnStore(HubTables tables) : IErasable
{
    private const string MonthFormat = "yyyyMM", MonthColumn = "Month";

    /// <summary>Stores a return. Idempotent, except that a merge changes its lead.</summary>
    public async Task SaveAsync(LeadReturn returned, CancellationToken cancellationToken)
    {
        var row = new TableEntity(Month(returned.At), TableKey.Hash(returned.Key))
        { ["LeadId"] = returned.LeadId.Value, ["Json"] = JsonSerializer.Serialize(returned, HubJson.Options) };
        var table = await tables.GetAsync(HubTables.Returns, cancellationToken);
        var index = new TableEntity(OfLead(returned.LeadId), row.RowKey) { [MonthColumn] = row.PartitionKey };
        await table.UpsertEntityAsync(index, TableUpdateMode.Replace, cancellationToken);
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Returns a page of the returns of a period.</summary>
    /// <param name="from">The start, inclusive.</param>
    /// <param name="to">The end, exclusive.</param>
    public async Task<ListPage<LeadReturn>> ListAsync(
        DateTimeOffset from, DateTimeOffset to, PageRequest page, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Returns, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey ge {Month(from)} and PartitionKey le {Month(to)}");
        var rows = await table.PageAsync(filter, page, ["Json"], cancellationToken);
        var returns = rows.Items.Select(row => JsonSerializer.Deserialize<LeadReturn>(row.GetString("Json")!, HubJson.Options)!);
        return new([.. returns.Where(returned => from <= returned.At && returned.At < to)], rows.Next);
    }

    /// <inheritdoc/>
    public async Task EraseAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Returns, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {OfLead(leadId)}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            await table.DeleteEntityAsync(row.GetString(MonthColumn)!, row.RowKey, ETag.All, cancellationToken);
            await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
        }
    }

    private static string OfLead(LeadId leadId) => $"lead-{leadId}";

    private static string Month(DateTimeOffset at) => at.UtcDateTime.ToString(MonthFormat, CultureInfo.InvariantCulture);
}
