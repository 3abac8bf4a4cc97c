using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Journeys;

namespace IntegrationHub.Functions.Ops;

/// <summary>The table <c>Notices</c>: what ops have been told, or are still to be told. A notice stays open, and is not told again, until it is closed.</summary>
public sealed class NoticeStore(HubTables tables, TimeProvider clock)
{
    private const string Partition = "open";

    /// <summary>Opens a notice. Opening one of the same key again is once.</summary>
    /// <returns>Whether it is new.</returns>
    public async Task<bool> OpenAsync(OpsNotice notice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(notice);
        var notices = await tables.GetAsync(HubTables.Notices, cancellationToken);
        var row = new TableEntity(Partition, TableKey.Hash(notice.Key))
        {
            ["Key"] = notice.Key,
            ["Subject"] = notice.Subject,
            ["Lines"] = JsonSerializer.Serialize(notice.Lines, HubJson.Options),
            ["OpenedAt"] = clock.GetUtcNow(),
        };
        try
        {
            await notices.AddEntityAsync(row, cancellationToken);
            return true;
        }
        catch (RequestFailedException there) when (there.Status == 409 && there.ErrorCode == "EntityAlreadyExists")
        {
            return false;
        }
    }

    /// <summary>Closes a notice: what it told of is over, and told anew when it comes back. Closing one that is not open is fine.</summary>
    public async Task CloseAsync(string key, CancellationToken cancellationToken)
    {
        var notices = await tables.GetAsync(HubTables.Notices, cancellationToken);
        await notices.DeleteEntityAsync(Partition, TableKey.Hash(key), ETag.All, cancellationToken);
    }
}
