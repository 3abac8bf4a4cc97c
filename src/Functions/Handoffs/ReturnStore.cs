using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>The table <c>Returns</c>: one row for each return, named by what made it, so that it counts once; the partition is the month, so that a report reads no more than its time.</summary>
public sealed class ReturnStore(HubTables tables) : IErasable
{
    private const string MonthFormat = "yyyyMM";

    /// <summary>Keeps a return. Keeping it again changes nothing but whose it is.</summary>
    public async Task KeepAsync(LeadReturn returned, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(returned);
        var row = new TableEntity(Month(returned.At), TableKey.Hash(returned.Key)) { ["LeadId"] = returned.LeadId.Value, ["Json"] = JsonSerializer.Serialize(returned, HubJson.Options) };
        var table = await tables.GetAsync(HubTables.Returns, cancellationToken);
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>The returns of a time.</summary>
    /// <param name="from">Its beginning, which counts.</param>
    /// <param name="to">Its end, which does not.</param>
    /// <param name="cancellationToken">Stops the call.</param>
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
        ArgumentNullException.ThrowIfNull(leadId);
        var table = await tables.GetAsync(HubTables.Returns, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"LeadId eq {leadId.Value}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken))
        {
            await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
        }
    }

    private static string Month(DateTimeOffset at) => at.UtcDateTime.ToString(MonthFormat, CultureInfo.InvariantCulture);
}
