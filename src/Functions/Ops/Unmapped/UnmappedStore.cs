using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Ops.Unmapped;

/// <summary>The table <c>Unmapped</c>: a partition for each unmapped stage, with a row for the stage and
/// one for each lead on it.</summary>
public sealed class UnmappedStore(HubTables tables) : IErasable
{
    private const string Table = "Unmapped", StageRow = "stage", Connector = "Connector", Raw = "Raw", Setting = "Setting", Since = "Since";

    /// <summary>Records a stage and the leads on it, which may be none. Idempotent.</summary>
    public async Task NoteAsync(UnmappedStageReport stage, IEnumerable<LeadId> leads, CancellationToken cancellationToken)
    {
        var unmapped = await tables.GetAsync(Table, cancellationToken);
        if (!(await unmapped.GetEntityIfExistsAsync<TableEntity>(PartitionOf(stage), StageRow, null, cancellationToken)).HasValue)
        {
            var row = new TableEntity(PartitionOf(stage), StageRow)
            { [Connector] = stage.Connector, [Raw] = stage.Raw, [Setting] = stage.Setting, [Since] = stage.Since };
            await unmapped.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
        }

        foreach (var lead in leads)
        {
            await unmapped.UpsertEntityAsync(new TableEntity(PartitionOf(stage), lead.Value), TableUpdateMode.Replace, cancellationToken);
        }
    }

    /// <summary>Returns all stages by connector and name.</summary>
    public async Task<IReadOnlyList<UnmappedStageReport>> ListAsync(CancellationToken cancellationToken)
    {
        var unmapped = await tables.GetAsync(Table, cancellationToken);
        var rows = await unmapped.QueryAsync<TableEntity>((string?)null, cancellationToken: cancellationToken)
            .ToListAsync(cancellationToken);
        var leads = rows.Where(row => row.RowKey != StageRow).CountBy(row => row.PartitionKey).ToDictionary();
        return
        [
            .. rows
                .Where(row => row.RowKey == StageRow)
                .Select(row =>
                    new UnmappedStageReport(
                        row.GetString(Connector)!, row.GetString(Raw)!, row.GetString(Setting)!, row.GetDateTimeOffset(Since)!.Value,
                        leads.GetValueOrDefault(row.PartitionKey)))
                .OrderBy(stage => stage.Connector, StringComparer.Ordinal)
                .ThenBy(stage => stage.Raw, StringComparer.Ordinal),
        ];
    }

    public async Task<IReadOnlyList<LeadId>> LeadsAsync(UnmappedStageReport stage, CancellationToken cancellationToken)
    {
        var unmapped = await tables.GetAsync(Table, cancellationToken);
        var rows = await unmapped.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {PartitionOf(stage)}"), select: ["RowKey"],
            cancellationToken: cancellationToken)
            .ToListAsync(cancellationToken);
        return [.. rows.Where(row => row.RowKey != StageRow).Select(row => LeadId.Parse(row.RowKey))];
    }

    public Task RemoveAsync(UnmappedStageReport stage, CancellationToken cancellationToken) =>
        RemoveAsync(TableClient.CreateQueryFilter($"PartitionKey eq {PartitionOf(stage)}"), cancellationToken);

    /// <inheritdoc/>
    public Task EraseAsync(LeadId leadId, CancellationToken cancellationToken) =>
        RemoveAsync(TableClient.CreateQueryFilter($"RowKey eq {leadId.Value}"), cancellationToken);

    private async Task RemoveAsync(string filter, CancellationToken cancellationToken)
    {
        var unmapped = await tables.GetAsync(Table, cancellationToken);
        await foreach (var row in unmapped.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            await unmapped.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
        }
    }

    private static string PartitionOf(UnmappedStageReport stage) => TableKey.Hash(stage.Setting);
}
