using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Mailbox;

/// <summary>The table <c>Mailbox</c>: pending alerts, with one partition for each recipient group. One row of
/// each partition holds the time of the last mail and the mail in progress; whoever works on it claims it for a
/// while. It holds no address.</summary>
public sealed class MailboxStore(HubTables tables, TimeProvider clock) : IErasable
{
    /// <summary>How long a claim holds without an update: longer than a mail takes.</summary>
    internal static readonly TimeSpan ClaimFor = TimeSpan.FromMinutes(2);

    private const string WindowPrefix = "window-";
    private const string Batch = "Batch";
    private const int RowsPerTransaction = 100;

    /// <summary>Adds an entry. A no-op when it exists.</summary>
    public async Task PutAsync(MailboxEntry entry, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Mailbox, cancellationToken);
        try
        {
            await table.AddEntityAsync(ToRow(entry with { Trace = entry.Trace ?? HubActivities.Context }), cancellationToken);
        }
        catch (RequestFailedException there) when (there.IsAlreadyThere())
        {
            // It exists.
        }
    }

    /// <summary>Returns all mailboxes with entries or a mail in progress.</summary>
    public async Task<IReadOnlyList<RecipientGroupMailbox>> ReadAsync(CancellationToken cancellationToken)
    {
        var (windows, entries) = (new Dictionary<RecipientGroup, MailWindow>(), new List<MailboxEntry>());
        var table = await tables.GetAsync(HubTables.Mailbox, cancellationToken);
        await foreach (var row in table.QueryAsync<TableEntity>((string?)null, cancellationToken: cancellationToken))
        {
            if (row.RowKey.StartsWith(WindowPrefix, StringComparison.Ordinal))
            {
                var window = ToWindow(row);
                windows[window.RecipientGroup] = window;
            }
            else
            {
                entries.Add(ToEntry(row));
            }
        }

        var waiting = entries.ToLookup(entry => entry.RecipientGroup);
        return
        [
            .. windows.Values.Where(window => window.Batch is not null)
                .Select(window => window.RecipientGroup).Union(waiting.Select(group => group.Key))
                .OrderBy(recipientGroup => recipientGroup.ToString(), StringComparer.Ordinal)
                .Select(recipientGroup =>
                    new RecipientGroupMailbox(
                        windows.GetValueOrDefault(recipientGroup) ?? new MailWindow { RecipientGroup = recipientGroup },
                        [.. waiting[recipientGroup].OrderBy(entry => entry.PutAt)])),
        ];
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

    /// <summary>Updates waiting entries with their outcomes.</summary>
    public async Task NoteAsync(IEnumerable<MailboxEntry> entries, CancellationToken cancellationToken) =>
        await SubmitAsync(
            entries.Select(entry => new TableTransactionAction(TableTransactionActionType.UpsertReplace, ToRow(entry))), cancellationToken);

    /// <summary>Removes entries. Idempotent.</summary>
    public async Task RemoveAsync(IEnumerable<MailboxEntry> entries, CancellationToken cancellationToken)
    {
        // A transaction fails on a missing row, and two instances may remove the same entries.
        var table = await tables.GetAsync(HubTables.Mailbox, cancellationToken);
        var options = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            entries, options,
            async (entry, token) => await table.DeleteEntityAsync(Partition(entry.RecipientGroup), RowKey(entry), ETag.All, token));
    }

    /// <summary>Drops a mail in progress about a lead, because it holds the text. The alerts in it wait for the next.</summary>
    public async Task HideAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        foreach (var window in (await ReadAsync(cancellationToken)).Select(mailbox => mailbox.Window).Where(
            window => window.Batch?.Members.Any(member => member.LeadId == leadId) == true))
        {
            await ReleaseAsync(window with { Batch = null }, cancellationToken);
        }
    }

    /// <summary>Removes a lead's entries, and a mail in progress about it. The other alerts of that
    /// mail wait for the next.</summary>
    public async Task EraseAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        foreach (var mailbox in await ReadAsync(cancellationToken))
        {
            await RemoveAsync(mailbox.Entries.Where(entry => entry.LeadId == leadId), cancellationToken);
            if (mailbox.Window.Batch is { } batch && batch.Members.Any(member => member.LeadId == leadId))
            {
                await ReleaseAsync(mailbox.Window with { Batch = null }, cancellationToken);
            }
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

    private async Task SubmitAsync(IEnumerable<TableTransactionAction> actions, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Mailbox, cancellationToken);
        foreach (var chunk in actions.Chunk(RowsPerTransaction))
        {
            await table.SubmitTransactionAsync(chunk, cancellationToken);
        }
    }

    private static string Partition(RecipientGroup recipientGroup) => TableKey.Hash(recipientGroup.ToString());

    /// <summary>Returns a row key that is unique in the whole table, which Azurite looks up faster.</summary>
    private static string RowKey(MailboxEntry entry) => $"{entry.Kind}-{entry.AlertId}-{Partition(entry.RecipientGroup)}";

    private static TableEntity ToRow(MailboxEntry entry) => new(Partition(entry.RecipientGroup), RowKey(entry))
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
        var row = new TableEntity(Partition(window.RecipientGroup), WindowPrefix + Partition(window.RecipientGroup))
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
