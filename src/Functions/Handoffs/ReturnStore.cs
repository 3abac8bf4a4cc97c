using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>The table <c>Returns</c>: one row for each return, under its own key. The partition is the month, so that a
/// report reads its period only.</summary>
public sealed class ReturnStore(HubTables tables) : IErasable
{
    private const string MonthFormat = "yyyyMM";

    /// <summary>Stores a return. Idempotent, except that a merge changes its lead.</summary>
    public async Task SaveAsync(LeadReturn returned, CancellationToken cancellationToken)
    {
        var row = new TableEntity(Month(returned.At), TableKey.Hash(returned.Key))
        { ["LeadId"] = returned.LeadId.Value, ["Json"] = JsonSerializer.Serialize(returned, HubJson.Options) };
        var table = await tables.GetAsync(HubTables.Returns, cancellationToken);
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Returns the returns of a period.</summary>
    /// <param name="from">The start, inclusive.</param>
    /// <param name="to">The end, exclusive.</param>
    public async Task<IReadOnlyList<LeadReturn>> ListAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var returns = new List<LeadReturn>();
        var table = await tables.GetAsync(HubTables.Returns, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey ge {Month(from)} and PartitionKey le {Month(to)}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, select: ["Json"], cancellationToken: cancellationToken))
        {
            returns.Add(JsonSerializer.Deserialize<LeadReturn>(row.GetString("Json")!, HubJson.Options)!);
        }

        return [.. returns.Where(returned => from <= returned.At && returned.At < to)];
    }

    /// <inheritdoc/>
    public async Task EraseAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Returns, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"LeadId eq {leadId.Value}");
        await foreach (var row in table.QueryAsync<TableEntity>(
            filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken))
        {
            await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
        }
    }

    private static string Month(DateTimeOffset at) => at.UtcDateTime.ToString(MonthFormat, CultureInfo.InvariantCulture);
}
