using Azure;
using Azure.Data.Tables;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>The table <c>Hub</c>: when the hub first ran. One row, written once. Read while the settings are made,
/// before anything can be decided, so the calls are synchronous.</summary>
internal sealed class HubBeginning(HubTables tables, TimeProvider clock)
{
    private const string Key = "began", At = "At";

    /// <summary>Returns when the hub first ran; null for one that had leads before it could remember.</summary>
    public DateTimeOffset? Find()
    {
        var table = tables.Get(HubTables.Hub);
        if (Read(table) is { } known)
        {
            return known.GetDateTimeOffset(At);
        }

        try
        {
            table.AddEntity(new TableEntity(Key, Key) { [At] = HasLeads() ? null : clock.GetUtcNow() });
        }
        catch (RequestFailedException there) when (there.IsAlreadyThere())
        {
            // Another instance was first.
        }

        return Read(table)?.GetDateTimeOffset(At);
    }

    private static TableEntity? Read(TableClient table) => table.GetEntityIfExists<TableEntity>(Key, Key) is { HasValue: true } row
        ? row.Value : null;

    private bool HasLeads() => tables.Get(HubTables.Journeys).Query<TableEntity>(maxPerPage: 1, select: ["PartitionKey"]).Any();
}
