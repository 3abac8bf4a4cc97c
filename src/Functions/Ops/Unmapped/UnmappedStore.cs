using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Ops.Unmapped;

/// <summary>The table <c>Unmapped</c>: one partition with a row for each unmapped stage, one for each stage with the
/// leads on it, and one for each lead with its stages. A lead's own row is written before the stage's, so that an erasure
/// finds every row.</summary>
internal sealed class UnmappedStore(HubTables tables) : IErasable
{
    private const string Table = "Unmapped", Stages = "stages", Connector = "Connector", Raw = "Raw", Setting = "Setting", Since = "Since";
    private const int WritesAtOnce = 8;

    /// <summary>Records a stage and the leads on it, which may be none. Idempotent.</summary>
    public async Task NoteAsync(UnmappedStageReport stage, IEnumerable<LeadId> leads, CancellationToken cancellationToken)
    {
        var unmapped = await tables.GetAsync(Table, cancellationToken);
        var id = IdOf(stage);
        if (!(await unmapped.GetEntityIfExistsAsync<TableEntity>(Stages, id, null, cancellationToken)).HasValue)
        {
            var row = new TableEntity(Stages, id)
            { [Connector] = stage.Connector, [Raw] = stage.Raw, [Setting] = stage.Setting, [Since] = stage.Since };
            await unmapped.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
        }

        foreach (var lead in leads)
        {
            if (!(await unmapped.GetEntityIfExistsAsync<TableEntity>(id, lead.Value, null, cancellationToken)).HasValue)
            {
                await unmapped.UpsertEntityAsync(new TableEntity(OfLead(lead), id), TableUpdateMode.Replace, cancellationToken);
                await unmapped.UpsertEntityAsync(new TableEntity(id, lead.Value), TableUpdateMode.Replace, cancellationToken);
            }
        }
    }

    /// <summary>Returns a page of the stages. At most <see cref="PageRequest.Most"/> leads of a stage are counted.</summary>
    public async Task<ListPage<UnmappedStageReport>> ListAsync(PageRequest page, CancellationToken cancellationToken)
    {
        var unmapped = await tables.GetAsync(Table, cancellationToken);
        var stages = await unmapped.PageAsync(
            TableClient.CreateQueryFilter($"PartitionKey eq {Stages}"), page, columns: null, cancellationToken);
        var leads = await Task.WhenAll(stages.Items.Select(
            stage => unmapped.PageAsync(LeadsOf(stage.RowKey), PageRequest.First, ["RowKey"], cancellationToken)));
        return new(
            [
                .. stages.Items.Zip(leads, (row, on) => new UnmappedStageReport(
                    row.GetString(Connector)!, row.GetString(Raw)!, row.GetString(Setting)!, row.GetDateTimeOffset(Since)!.Value,
                    on.Items.Count)),
            ],
            stages.Next);
    }

    /// <summary>Returns the leads on a stage.</summary>
    public async IAsyncEnumerable<LeadId> LeadsAsync(
        UnmappedStageReport stage, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var unmapped = await tables.GetAsync(Table, cancellationToken);
        await foreach (var row in unmapped.QueryAsync<TableEntity>(
            LeadsOf(IdOf(stage)), select: ["RowKey"], cancellationToken: cancellationToken))
        {
            yield return LeadId.Parse(row.RowKey);
        }
    }

    /// <summary>Removes a stage, after the rows of its leads.</summary>
    public async Task RemoveAsync(UnmappedStageReport stage, CancellationToken cancellationToken)
    {
        var unmapped = await tables.GetAsync(Table, cancellationToken);
        var id = IdOf(stage);
        var options = new ParallelOptions { MaxDegreeOfParallelism = WritesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            LeadsAsync(stage, cancellationToken), options, async (lead, token) => await RemoveAsync(unmapped, lead, id, token));
        await unmapped.DeleteEntityAsync(Stages, id, ETag.All, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task EraseAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var unmapped = await tables.GetAsync(Table, cancellationToken);
        await foreach (var row in unmapped.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {OfLead(leadId)}"), cancellationToken: cancellationToken))
        {
            await RemoveAsync(unmapped, leadId, row.RowKey, cancellationToken);
        }
    }

    private static async Task RemoveAsync(TableClient unmapped, LeadId leadId, string stageId, CancellationToken cancellationToken)
    {
        await unmapped.DeleteEntityAsync(stageId, leadId.Value, ETag.All, cancellationToken);
        await unmapped.DeleteEntityAsync(OfLead(leadId), stageId, ETag.All, cancellationToken);
    }

    private static string LeadsOf(string stageId) => TableClient.CreateQueryFilter($"PartitionKey eq {stageId}");

    private static string OfLead(LeadId leadId) => $"lead-{leadId}";

    private static string IdOf(UnmappedStageReport stage) => TableKey.Hash(stage.Setting);
}
