using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>The table <c>Suspects</c>: how often work on a suspect began, until it ends. A row stays only where a worker was stopped over
/// its work.</summary>
internal sealed class SuspectStore(HubTables tables)
{
    private const string Row = "suspect", Begun = "Begun";

    /// <summary>Notes that work begins.</summary>
    /// <returns>How often it began before and did not end.</returns>
    public async Task<int> BeginAsync(string message, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Suspects, cancellationToken);
        var partition = TableKey.Hash(message);
        return await HubPipelines.Optimistic.ExecuteAsync(async token =>
        {
            var known = await table.GetEntityIfExistsAsync<TableEntity>(partition, Row, null, token);
            var begun = known.HasValue ? known.Value!.GetInt32(Begun)!.Value : 0;
            var next = new TableEntity(partition, Row) { [Begun] = begun + 1 };
            await (known.HasValue
                ? table.UpdateEntityAsync(next, known.Value!.ETag, TableUpdateMode.Replace, token)
                : table.AddEntityAsync(next, token));
            return begun;
        }, cancellationToken);
    }

    /// <summary>Notes that work ended, well or not.</summary>
    public async Task EndAsync(string message, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Suspects, cancellationToken);
        await table.DeleteEntityAsync(TableKey.Hash(message), Row, ETag.All, cancellationToken);
    }
}
