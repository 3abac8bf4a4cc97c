using System.Collections.Concurrent;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Mailbox;

/// <summary>The table <c>Mailbox</c>: pending alerts, with one partition for each recipient group, and one more for each
/// connector whose outage some of them wait for, so that they keep no others waiting. The partition <c>windows</c> names
/// these partitions. It has a row for each group with the time of the last mail and the mail in progress; whoever works
/// on it claims it for a while. The table holds no address.</summary>
internal sealed class MailboxStore(HubTables tables, TimeProvider clock) : IErasable
{
    /// <summary>The most entries of a partition that are read at once. The others follow when these are done.</summary>
    internal const int ReadAtMost = 1_000;

    /// <summary>How long a claim holds without an update: longer than a mail takes.</summary>
    internal static readonly TimeSpan ClaimFor = TimeSpan.FromMinutes(2);

    private const string Windows = "windows", WindowPrefix = "window-", WaitsPrefix = "waits-";
    private const string Batch = "Batch";
    private const int RowsPerTransaction = 100;

    /// <summary>The groups whose windows exist.</summary>
    private readonly ConcurrentDictionary<RecipientGroup, bool> _known = new();

    /// <summary>Adds an entry. A no-op when it exists.</summary>
    public async Task PutAsync(MailboxEntry entry, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Mailbox, cancellationToken);
        if (!_known.ContainsKey(entry.RecipientGroup))
        {
            await TryAddAsync(table, ToRow(new MailWindow { RecipientGroup = entry.RecipientGroup }), cancellationToken);
            _known[entry.RecipientGroup] = true;
        }

        await TryAddAsync(table, ToRow(entry with { Trace = entry.Trace ?? HubActivities.Context }), cancellationToken);
    }

    /// <summary>Returns all mailboxes, without their entries. One request, however many entries there are.</summary>
    public async Task<IReadOnlyList<RecipientGroupMailbox>> ListAsync(CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Mailbox, cancellationToken);
        var rows = await table.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {Windows}"), cancellationToken: cancellationToken)
            .ToListAsync(cancellationToken);
        var waits = rows.Where(row => row.RowKey.StartsWith(WaitsPrefix, StringComparison.Ordinal))
            .ToLookup(row => row.GetString(nameof(MailboxEntry.RecipientGroup))!, row => row.GetString(nameof(MailboxEntry.WaitsFor))!);
        return
        [
            .. rows.Where(row => row.RowKey.StartsWith(WindowPrefix, StringComparison.Ordinal))
                .Select(ToWindow)
                .OrderBy(window => window.RecipientGroup.ToString(), StringComparer.Ordinal)
                .Select(window => new RecipientGroupMailbox(window, [.. waits[window.RecipientGroup.ToString()]])),
        ];
    }

    /// <summary>Returns waiting entries, oldest first, a page of each partition at most.</summary>
    /// <param name="waitsFor">The connectors whose entries are read too.</param>
    /// <param name="onlyUnheld">Whether to leave out entries that are held for quiet hours.</param>
    public async Task<IReadOnlyList<MailboxEntry>> ReadAsync(
        RecipientGroup recipientGroup, IEnumerable<string> waitsFor, bool onlyUnheld, CancellationToken cancellationToken)
    {
        var entries = new List<MailboxEntry>();
        foreach (var connector in waitsFor.Prepend(null))
        {
            entries.AddRange(await ReadAsync(recipientGroup, connector, onlyUnheld, cancellationToken));
        }

        return [.. entries.DistinctBy(entry => (entry.LeadId, entry.AlertId, entry.Kind)).OrderBy(entry => entry.PutAt)];
    }

    /// <summary>Returns entries that wait since a time or longer, of all groups. It reads all entries.</summary>
    public async Task<IReadOnlyList<MailboxEntry>> OldAsync(DateTimeOffset since, int most, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Mailbox, cancellationToken);
        return await table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PutAt le {since}"), cancellationToken: cancellationToken)
            .Take(most).Select(ToEntry).ToListAsync(cancellationToken);
    }

    /// <summary>Claims a mailbox; returns null while another instance works on it.</summary>
    public async Task<MailWindow?> ClaimAsync(MailWindow window, CancellationToken cancellationToken)
    {
        if (window.ClaimedUntil > clock.GetUtcNow())
        {
            return null;
        }

        try
        {
            return await SaveAsync(window, cancellationToken);
        }
        catch (WindowTakenException)
        {
            return null;
        }
    }

    /// <summary>Saves a claimed window and extends the claim.</summary>
    /// <exception cref="WindowTakenException">Another instance took over.</exception>
    public Task<MailWindow> SaveAsync(MailWindow window, CancellationToken cancellationToken) =>
        WriteAsync(window, clock.GetUtcNow() + ClaimFor, cancellationToken);

    /// <summary>Saves a claimed window and releases the claim.</summary>
    /// <exception cref="WindowTakenException">Another instance took over.</exception>
    public Task<MailWindow> ReleaseAsync(MailWindow window, CancellationToken cancellationToken) =>
        WriteAsync(window, clock.GetUtcNow(), cancellationToken);

    /// <summary>Changes waiting entries. One that waits for another connector than before moves to its partition: the
    /// new row is written and named before the old one is removed.</summary>
    public async Task NoteAsync(
        IReadOnlyCollection<(MailboxEntry Was, MailboxEntry Now)> changes, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Mailbox, cancellationToken);
        foreach (var partition in changes.Select(change => change.Now).GroupBy(entry => (entry.RecipientGroup, entry.WaitsFor)))
        {
            foreach (var chunk in partition.Chunk(RowsPerTransaction))
            {
                await table.SubmitTransactionAsync(
                    chunk.Select(entry => new TableTransactionAction(TableTransactionActionType.UpsertReplace, ToRow(entry))),
                    cancellationToken);
            }

            if (partition.Key.WaitsFor is { } connector)
            {
                await table.UpsertEntityAsync(
                    ToWaits(partition.Key.RecipientGroup, connector), TableUpdateMode.Replace, cancellationToken);
            }
        }

        await RemoveAsync(
            changes.Where(change => change.Was.WaitsFor != change.Now.WaitsFor).Select(change => change.Was), cancellationToken);
    }

    /// <summary>Removes entries. Idempotent.</summary>
    public async Task RemoveAsync(IEnumerable<MailboxEntry> entries, CancellationToken cancellationToken)
    {
        // A transaction fails on a missing row, and two instances may remove the same entries.
        var table = await tables.GetAsync(HubTables.Mailbox, cancellationToken);
        var options = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            entries, options,
            async (entry, token) => await table.DeleteEntityAsync(
                Partition(entry.RecipientGroup, entry.WaitsFor), RowKey(entry), ETag.All, token));
    }

    /// <summary>Drops a mail in progress about a lead, because it holds the text. The alerts in it wait for the next.</summary>
    public async Task HideAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        foreach (var window in (await ListAsync(cancellationToken)).Select(mailbox => mailbox.Window).Where(
            window => window.Batch?.Members.Any(member => member.LeadId == leadId) == true))
        {
            await ReleaseAsync(window with { Batch = null }, cancellationToken);
        }
    }

    /// <summary>Removes a lead's entries, and a mail in progress about it. The other alerts of that
    /// mail wait for the next.</summary>
    public async Task EraseAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Mailbox, cancellationToken);
        var (first, end) = ($"{leadId}-", $"{leadId}.");
        foreach (var mailbox in await ListAsync(cancellationToken))
        {
            foreach (var partition in mailbox.WaitsFor.Prepend(null).Select(connector => Partition(mailbox.RecipientGroup, connector)))
            {
                var filter = TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {first} and RowKey lt {end}");
                await foreach (var row in table.QueryAsync<TableEntity>(
                    filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken))
                {
                    await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
                }
            }
        }

        await HideAsync(leadId, cancellationToken);
    }

    /// <summary>Reads a page of a partition. An empty one of a connector is no longer named, unless it was named again
    /// since.</summary>
    private async Task<IEnumerable<MailboxEntry>> ReadAsync(
        RecipientGroup recipientGroup, string? connector, bool onlyUnheld, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Mailbox, cancellationToken);
        var waits = connector is null ? null : ToWaits(recipientGroup, connector);
        var named = waits is null
            ? null : await table.GetEntityIfExistsAsync<TableEntity>(Windows, waits.RowKey, ["RowKey"], cancellationToken);
        var partition = Partition(recipientGroup, connector);
        var filter = onlyUnheld
            ? TableClient.CreateQueryFilter($"PartitionKey eq {partition} and Noted ne {nameof(AlertOutcome.Held)}")
            : TableClient.CreateQueryFilter($"PartitionKey eq {partition}");
        var page = await table.PageAsync(filter, new(ReadAtMost), columns: null, cancellationToken);
        if (page is { Items.Count: 0, Next: null } && named is { HasValue: true })
        {
            await TryRemoveAsync(table, named.Value!, cancellationToken);
        }

        return page.Items.Select(ToEntry);
    }

    private static async Task TryRemoveAsync(TableClient table, TableEntity waits, CancellationToken cancellationToken)
    {
        try
        {
            await table.DeleteEntityAsync(Windows, waits.RowKey, waits.ETag, cancellationToken);
        }
        catch (RequestFailedException named) when (named.IsConflict())
        {
            // Entries came since.
        }
    }

    private static async Task TryAddAsync(TableClient table, TableEntity row, CancellationToken cancellationToken)
    {
        try
        {
            await table.AddEntityAsync(row, cancellationToken);
        }
        catch (RequestFailedException there) when (there.IsAlreadyThere())
        {
            // It exists.
        }
    }

    private async Task<MailWindow> WriteAsync(MailWindow window, DateTimeOffset claimedUntil, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Mailbox, cancellationToken);
        var written = window with { ClaimedUntil = claimedUntil };
        try
        {
            var answer = window.ETag is { } version
                ? await table.UpdateEntityAsync(ToRow(written), version, TableUpdateMode.Replace, cancellationToken)
                : await table.AddEntityAsync(ToRow(written), cancellationToken);
            return written with { ETag = answer.Headers.ETag!.Value };
        }
        catch (RequestFailedException lost) when (lost.IsConflict())
        {
            throw new WindowTakenException(window.RecipientGroup, lost);
        }
    }

    private static string Partition(RecipientGroup recipientGroup, string? waitsFor) =>
        TableKey.Hash(waitsFor is null ? recipientGroup.ToString() : $"{recipientGroup}|{waitsFor}");

    /// <summary>Returns a row key by which a lead's rows are found, and that is unique in the whole table, which Azurite
    /// looks up faster.</summary>
    private static string RowKey(MailboxEntry entry) =>
        $"{entry.LeadId}-{entry.Kind}-{entry.AlertId}-{Partition(entry.RecipientGroup, entry.WaitsFor)}";

    private static TableEntity ToWaits(RecipientGroup recipientGroup, string connector) =>
        new(Windows, WaitsPrefix + Partition(recipientGroup, connector))
        {
            [nameof(MailboxEntry.RecipientGroup)] = recipientGroup.ToString(),
            [nameof(MailboxEntry.WaitsFor)] = connector,
        };

    internal static TableEntity ToRow(MailboxEntry entry) => new(Partition(entry.RecipientGroup, entry.WaitsFor), RowKey(entry))
    {
        [nameof(MailboxEntry.RecipientGroup)] = entry.RecipientGroup.ToString(),
        [nameof(MailboxEntry.LeadId)] = entry.LeadId.Value,
        [nameof(MailboxEntry.AlertId)] = entry.AlertId,
        [nameof(MailboxEntry.Kind)] = entry.Kind.ToString(),
        [nameof(MailboxEntry.PutAt)] = entry.PutAt,
        [nameof(MailboxEntry.Noted)] = entry.Noted.ToString(),
        [nameof(MailboxEntry.WaitsFor)] = entry.WaitsFor,
        [nameof(MailboxEntry.Trace)] = entry.Trace,
    };

    private static MailboxEntry ToEntry(TableEntity row) => new()
    {
        RecipientGroup = RecipientGroup.Parse(row.GetString(nameof(MailboxEntry.RecipientGroup))!),
        LeadId = LeadId.Parse(row.GetString(nameof(MailboxEntry.LeadId))!),
        AlertId = row.GetString(nameof(MailboxEntry.AlertId))!,
        Kind = Enum.Parse<MailboxKind>(row.GetString(nameof(MailboxEntry.Kind))!),
        PutAt = row.GetDateTimeOffset(nameof(MailboxEntry.PutAt))!.Value,
        Noted = Enum.Parse<AlertOutcome>(row.GetString(nameof(MailboxEntry.Noted))!),
        WaitsFor = row.GetString(nameof(MailboxEntry.WaitsFor)),
        Trace = row.GetString(nameof(MailboxEntry.Trace)),
    };

    private static TableEntity ToRow(MailWindow window)
    {
        var row = new TableEntity(Windows, WindowPrefix + Partition(window.RecipientGroup, null))
        {
            [nameof(MailWindow.RecipientGroup)] = window.RecipientGroup.ToString(),
            [nameof(MailWindow.LastSentAt)] = window.LastSentAt,
            [nameof(MailWindow.NotBefore)] = window.NotBefore,
            [nameof(MailWindow.ClaimedUntil)] = window.ClaimedUntil,
        };
        if (window.Batch is { } batch)
        {
            LongText.Write(row, Batch, JsonSerializer.Serialize(batch, HubJson.Options));
        }

        return row;
    }

    private static MailWindow ToWindow(TableEntity row) => new()
    {
        RecipientGroup = RecipientGroup.Parse(row.GetString(nameof(MailWindow.RecipientGroup))!),
        LastSentAt = row.GetDateTimeOffset(nameof(MailWindow.LastSentAt)),
        NotBefore = row.GetDateTimeOffset(nameof(MailWindow.NotBefore)),
        ClaimedUntil = row.GetDateTimeOffset(nameof(MailWindow.ClaimedUntil)),
        Batch = LongText.Read(row, Batch) is { Length: > 0 } json ? JsonSerializer.Deserialize<MailBatch>(json, HubJson.Options) : null,
        ETag = row.ETag,
    };
}
