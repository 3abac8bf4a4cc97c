using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Platform.Notices;

/// <summary>The table <c>Notices</c>: ops notices, pending or sent. A notice is sent once and stays
/// open until it is closed.</summary>
internal sealed class NoticeStore(HubTables tables, TimeProvider clock)
{
    private const string Partition = "open";
    private const string OpenedAt = "OpenedAt";
    private const string ClaimedUntil = "ClaimedUntil";
    private const string SentAt = "ToldAt";
    private const string Sent = "told", Last = "last";

    /// <summary>Opens a notice. A no-op when one with its key is open.</summary>
    /// <returns>Whether the notice is new.</returns>
    public async Task<bool> OpenAsync(OpsNotice notice, CancellationToken cancellationToken)
    {
        var notices = await tables.GetAsync(HubTables.Notices, cancellationToken);
        var row = new TableEntity(Partition, TableKey.Hash(notice.Key))
        {
            ["Key"] = notice.Key,
            ["Subject"] = notice.Subject,
            ["Lines"] = JsonSerializer.Serialize(notice.Lines, HubJson.Options),
            [OpenedAt] = clock.GetUtcNow(),
        };
        try
        {
            await notices.AddEntityAsync(row, cancellationToken);
            return true;
        }
        catch (RequestFailedException there) when (there.IsAlreadyThere())
        {
            return false;
        }
    }

    /// <summary>Returns the notices that wait to be sent, oldest first.</summary>
    public async Task<IReadOnlyList<OpenNotice>> PendingAsync(CancellationToken cancellationToken)
    {
        var pending = new List<OpenNotice>();
        var notices = await tables.GetAsync(HubTables.Notices, cancellationToken);
        await foreach (var row in notices.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), cancellationToken: cancellationToken))
        {
            if (row.GetDateTimeOffset(SentAt) is null)
            {
                var notice = new OpsNotice(
                    row.GetString("Key")!, row.GetString("Subject")!,
                    JsonSerializer.Deserialize<string[]>(row.GetString("Lines")!, HubJson.Options)!);
                pending.Add(new(notice, row.GetDateTimeOffset(OpenedAt)!.Value, row.GetDateTimeOffset(ClaimedUntil), row.ETag));
            }
        }

        return [.. pending.OrderBy(notice => notice.OpenedAt)];
    }

    /// <summary>Claims a notice for a while; returns null when another instance has
    /// claimed it or it is closed.</summary>
    public async Task<OpenNotice?> ClaimAsync(OpenNotice notice, TimeSpan claimFor, CancellationToken cancellationToken) =>
        notice.ClaimedUntil > clock.GetUtcNow()
            ? null : await NoteAsync(notice, ClaimedUntil, clock.GetUtcNow() + claimFor, cancellationToken);

    public Task ReleaseAsync(OpenNotice notice, CancellationToken cancellationToken) =>
        NoteAsync(notice, ClaimedUntil, clock.GetUtcNow(), cancellationToken);

    /// <summary>Marks a notice as sent. A no-op when it was closed meanwhile.</summary>
    public async Task MarkSentAsync(OpenNotice notice, CancellationToken cancellationToken)
    {
        var notices = await tables.GetAsync(HubTables.Notices, cancellationToken);
        await notices.UpsertEntityAsync(
            new TableEntity(Sent, Last) { [SentAt] = clock.GetUtcNow() }, TableUpdateMode.Replace, cancellationToken);
        await NoteAsync(notice, SentAt, clock.GetUtcNow(), cancellationToken);
    }

    /// <summary>Returns when the last notice was sent; null for never.</summary>
    public async Task<DateTimeOffset?> LastSentAsync(CancellationToken cancellationToken)
    {
        var notices = await tables.GetAsync(HubTables.Notices, cancellationToken);
        var row = await notices.GetEntityIfExistsAsync<TableEntity>(Sent, Last, null, cancellationToken);
        return row.HasValue ? row.Value!.GetDateTimeOffset(SentAt) : null;
    }

    /// <summary>Closes a notice, so that the same problem is reported again when it returns. A
    /// no-op when none is open.</summary>
    public async Task CloseAsync(string key, CancellationToken cancellationToken)
    {
        var notices = await tables.GetAsync(HubTables.Notices, cancellationToken);
        await notices.DeleteEntityAsync(Partition, TableKey.Hash(key), ETag.All, cancellationToken);
    }

    private async Task<OpenNotice?> NoteAsync(OpenNotice notice, string what, DateTimeOffset when, CancellationToken cancellationToken)
    {
        var notices = await tables.GetAsync(HubTables.Notices, cancellationToken);
        try
        {
            var row = new TableEntity(Partition, TableKey.Hash(notice.Notice.Key)) { [what] = when };
            var answer = await notices.UpdateEntityAsync(row, notice.Version, TableUpdateMode.Merge, cancellationToken);
            return notice with { Version = answer.Headers.ETag!.Value };
        }
        catch (RequestFailedException lost) when (lost.IsConflict())
        {
            return null;
        }
    }
}
