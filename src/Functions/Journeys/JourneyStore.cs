using System.Collections.Immutable;
using System.Globalization;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>The table <c>Journeys</c>: one partition for each lead, with facts, ledger and outbox in one compact row,
/// beside a summary for people. Loading is one point read and saving one write, whatever the history. Thousands of
/// facts continue in further rows, which are read by key and never change. Once one of their facts is gone, new rows take
/// their place. Row keys are unique in the whole table, because Azurite finds rows by them first.</summary>
/// <param name="earlier">What a replay starts from; null for the live tables.</param>
internal sealed class JourneyStore(HubTables tables, NoticeStore notices, IEarlierLeads? earlier = null)
{
    /// <summary>A longer journey row moves its older facts to a further row. An entity holds 1 MiB.</summary>
    internal const int LargestRow = 640 * 1024;

    /// <summary>The latest facts, which stay in the journey row.</summary>
    private const int StayingFacts = 100;

    internal const string JourneyPrefix = "journey-";
    internal const string WatchedColumn = "WatchedAt";

    private const string NoticeKey = "newer-rows";
    private const string PagePrefix = "facts-";
    private const string PagesColumn = "Pages";
    private const string FirstPageColumn = "FirstPage";
    private const string StagedColumn = "Staged";
    private const string RevisionColumn = "Revision";

    /// <summary>The size of one transaction's long values. A transaction holds 4 MiB, and values grow
    /// by a third on the way.</summary>
    private const int LongestTransaction = 4 * LargestRow;

    private int _notified;

    /// <summary>Loads a lead; returns a record without an ETag when nothing is stored.</summary>
    /// <exception cref="NewerRowException">This hub cannot read a row. Ops are notified.</exception>
    public async Task<JourneyRecord> LoadAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(leadId, cancellationToken);
        }
        catch (NewerRowException newer)
        {
            await NotifyOpsAsync(leadId, newer, cancellationToken);
            throw;
        }
    }

    private async Task<JourneyRecord> ReadAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var journeys = await tables.GetAsync(HubTables.Journeys, cancellationToken);
        for (var attempt = 0; attempt < HubPipelines.Attempts; attempt++)
        {
            var row = await journeys.GetEntityIfExistsAsync<TableEntity>(leadId.Value, JourneyRow(leadId), null, cancellationToken);
            if (!row.HasValue)
            {
                if (earlier is null || !await TrySeedAsync(leadId, cancellationToken))
                {
                    return JourneyRecord.New(leadId);
                }

                continue;
            }

            var pages = await LoadPagesAsync(
                journeys, leadId, row.Value!.GetInt32(FirstPageColumn) ?? 0, row.Value.GetInt32(PagesColumn) ?? 0, cancellationToken);
            if (pages is not null)
            {
                return ToRecord(leadId, row.Value, pages);
            }

            // A merge or an erasure removed the pages after the journey row was read: read again.
        }

        throw new InvalidDataException($"Journey {leadId} lacks a row that continues it.");
    }

    /// <summary>Saves a decision in one atomic write.</summary>
    /// <param name="before">The record that the decision was based on.</param>
    /// <param name="journey">The journey for the row's summary; null for a lead without facts.</param>
    /// <param name="events">The events to publish, which stay in the outbox until the next save.</param>
    /// <exception cref="StaleJourneyException">Another writer saved since
    /// <paramref name="before"/> was loaded.</exception>
    public Task<JourneyRecord> SaveAsync(
        JourneyRecord before, JourneyState state, Journey? journey, IReadOnlyList<FunnelEvent> events,
        CancellationToken cancellationToken) =>
        SaveAsync(before, state, journey, events, [], cancellationToken);

    /// <summary>Saves a decision with record links in one atomic write.</summary>
    /// <param name="before">The record that the decision was based on.</param>
    /// <param name="journey">The journey for the row's summary; null for a lead without facts.</param>
    /// <param name="events">The events to publish, which stay in the outbox until the next save.</param>
    /// <param name="recordLinks">The new record links.</param>
    /// <exception cref="StaleJourneyException">Another writer saved since
    /// <paramref name="before"/> was loaded.</exception>
    public async Task<JourneyRecord> SaveAsync(
        JourneyRecord before, JourneyState state, Journey? journey, IReadOnlyList<FunnelEvent> events,
        IReadOnlyList<RecordLink> recordLinks, CancellationToken cancellationToken)
    {
        var after = state.Facts.IsEmpty ? JourneyRecord.New(state.LeadId) : before;
        var revision = before.Revision + 1;
        after = after with
        {
            State = state,
            Revision = revision,
            Unpublished = [.. before.Unpublished, .. events.Select(e => e with { Revision = revision })],
        };
        after = after.Archived.Keys.All(state.Facts.ContainsKey) ? after : WithoutPages(after);

        var packed = HeadOf(after).Pack(after.FirstPage > 0);
        var newPages = new List<JourneyDocument.Packed>();
        foreach (var staying in (int[])[StayingFacts, 0])
        {
            if (packed.Bytes.Length > LargestRow)
            {
                after = Archive(after, staying, newPages);
                packed = HeadOf(after).Pack(after.FirstPage > 0);
            }
        }

        var row = packed.WriteTo(ToRow(after, journey));
        var etag = await WriteAsync(before, new(after, row, packed.Bytes.Length, newPages, recordLinks), cancellationToken);
        return after with { ETag = etag, HeadBytes = packed.JsonBytes, Staged = after.EndPage };
    }

    /// <summary>Stores a lead with a ledger only. A no-op when the lead exists.</summary>
    /// <returns>Whether the lead was stored.</returns>
    public async Task<bool> TryAddAsync(LeadId leadId, JourneyLedger ledger, CancellationToken cancellationToken)
    {
        try
        {
            await EmptyAsync(JourneyRecord.New(leadId), ledger, cancellationToken);
            return true;
        }
        catch (StaleJourneyException)
        {
            return false;
        }
    }

    /// <summary>Reduces a lead to a ledger, without facts, summary and outbox.</summary>
    /// <exception cref="StaleJourneyException">Another writer saved since <paramref name="before"/> was loaded.
    /// Nothing was removed.</exception>
    public Task EmptyAsync(JourneyRecord before, JourneyLedger ledger, CancellationToken cancellationToken)
    {
        var empty = JourneyState.New(before.State.LeadId) with { Ledger = ledger };
        return SaveAsync(before with { Unpublished = [] }, empty, null, [], cancellationToken);
    }

    /// <summary>Removes an erased lead's row, so that the lead may be created again.</summary>
    public async Task RemoveAsync(JourneyRecord erased, CancellationToken cancellationToken)
    {
        var journeys = await tables.GetAsync(HubTables.Journeys, cancellationToken);
        await journeys.DeleteEntityAsync(
            erased.State.LeadId.Value, JourneyRow(erased.State.LeadId), erased.ETag ?? ETag.All, cancellationToken);
    }

    /// <summary>Copies a lead that a replay starts from. Returns false for an unknown lead.</summary>
    private async Task<bool> TrySeedAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        if (await earlier!.FindAsync(leadId, cancellationToken) is not { } lead)
        {
            return false;
        }

        try
        {
            await SaveAsync(
                JourneyRecord.New(leadId), new(leadId, lead.Facts, lead.Ledger), null, [], lead.RecordLinks, cancellationToken);
        }
        catch (StaleJourneyException)
        {
            // Another part of the delivery copied it.
        }

        return true;
    }

    /// <summary>Notifies ops, once for each start of this process: only a deployment mends it.</summary>
    private async Task NotifyOpsAsync(LeadId leadId, NewerRowException newer, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _notified, 1) == 0)
        {
            await notices.CloseAsync(NoticeKey, cancellationToken);
            await notices.OpenAsync(
                new(
                    NoticeKey,
                    "This hub cannot read leads that a newer one wrote",
                    [$"The first is lead {leadId}.", newer.Message, "Messages about such leads wait, and are not given up."]),
                cancellationToken);
        }
    }

    /// <summary>Loads the rows that continue a journey row; returns null when one is missing.</summary>
    private static async Task<IReadOnlyList<JourneyDocument>?> LoadPagesAsync(
        TableClient journeys, LeadId leadId, int first, int count, CancellationToken cancellationToken)
    {
        var pages = await Task.WhenAll(Enumerable.Range(first, count).Select(
            number => journeys.GetEntityIfExistsAsync<TableEntity>(leadId.Value, PageRow(leadId, number), null, cancellationToken)));
        return pages.All(page => page.HasValue) ? [.. pages.Select(page => JourneyDocument.Read(page.Value!))] : null;
    }

    /// <summary>Reads a record. A fact that changed after it moved to a page is in the
    /// journey row too, which wins.</summary>
    private static JourneyRecord ToRecord(LeadId leadId, TableEntity row, IReadOnlyList<JourneyDocument> pages)
    {
        var head = JourneyDocument.Read(row);
        var archived = pages.SelectMany(page => page.Facts).ToImmutableDictionary(fact => fact.DedupeKey);
        var facts = archived.SetItems(head.Facts.Select(fact => KeyValuePair.Create(fact.DedupeKey, fact)));
        return new(new(leadId, facts, head.Ledger!), row.ETag, head.Outbox)
        {
            Revision = row.GetInt32(RevisionColumn) ?? 0,
            Archived = archived,
            FirstPage = row.GetInt32(FirstPageColumn) ?? 0,
            Pages = pages.Count,
            Staged = row.GetInt32(StagedColumn) ?? (row.GetInt32(FirstPageColumn) ?? 0) + pages.Count,
            ArchivedBytes = pages.Sum(page => page.JsonBytes),
            HeadBytes = head.JsonBytes,
        };
    }

    private static JourneyDocument HeadOf(JourneyRecord record) => new(
        record.State.Ledger,
        Oldest(record.State.Facts.Values.Where(fact => !ReferenceEquals(record.Archived.GetValueOrDefault(fact.DedupeKey), fact))),
        record.Unpublished);

    private static IReadOnlyList<Fact> Oldest(IEnumerable<Fact> facts) =>
        [.. facts.OrderBy(fact => fact.ReceivedAt).ThenBy(fact => fact.DedupeKey, StringComparer.Ordinal)];

    /// <summary>Takes all facts back from the pages, because one of theirs is gone. New pages get later numbers, so that
    /// nobody reads them with an older journey row.</summary>
    private static JourneyRecord WithoutPages(JourneyRecord record) => record with
    {
        Archived = ImmutableDictionary<string, Fact>.Empty,
        FirstPage = record.EndPage,
        Pages = 0,
        ArchivedBytes = 0,
    };

    /// <summary>Moves all but the latest facts from the journey row to new pages.</summary>
    private static JourneyRecord Archive(JourneyRecord record, int staying, List<JourneyDocument.Packed> newPages)
    {
        var moving = HeadOf(record).Facts.SkipLast(staying).ToList();
        if (moving.Count == 0)
        {
            return record;
        }

        var pages = ToPages(moving).ToList();
        newPages.AddRange(pages);
        return record with
        {
            Archived = record.Archived.SetItems(moving.Select(fact => KeyValuePair.Create(fact.DedupeKey, fact))),
            Pages = record.Pages + pages.Count,
            ArchivedBytes = record.ArchivedBytes + pages.Sum(page => page.JsonBytes),
        };
    }

    /// <summary>Splits facts into pages. The facts of two large merged leads exceed one row.</summary>
    private static IEnumerable<JourneyDocument.Packed> ToPages(IReadOnlyList<Fact> facts)
    {
        var page = new JourneyDocument(null, facts, []).Pack();
        return page.Bytes.Length <= LargestRow || facts.Count < 2
            ? [page]
            : ToPages([.. facts.Take(facts.Count / 2)]).Concat(ToPages([.. facts.Skip(facts.Count / 2)]));
    }

    private async Task<ETag?> WriteAsync(JourneyRecord before, Writing writing, CancellationToken cancellationToken)
    {
        var leadId = before.State.LeadId;
        var journeys = await tables.GetAsync(HubTables.Journeys, cancellationToken);
        try
        {
            var (version, staged) = await StageAsync(journeys, before, writing, cancellationToken);
            List<TableTransactionAction> others =
            [
                .. PagesOf(writing, staged, writing.NewPages.Count),
                .. Enumerable.Range(before.FirstPage, before.Staged - before.FirstPage)
                    .Where(number => number < writing.After.FirstPage || number >= writing.After.EndPage)
                    .Select(number => new TableTransactionAction(
                        TableTransactionActionType.Delete, new TableEntity(leadId.Value, PageRow(leadId, number)), ETag.All)),
            ];
            if (writing.RecordLinks.Count > 0)
            {
                others.Add(new(TableTransactionActionType.UpsertMerge, RecordLinkStore.ToRow(leadId, writing.RecordLinks)));
            }

            if (others.Count > 0)
            {
                var head = HeadAction(writing.Head, version, TableTransactionActionType.UpdateReplace);
                var answers = await journeys.SubmitTransactionAsync([head, .. others], cancellationToken);
                return answers.Value[0].Headers.ETag;
            }

            var answer = version is { } read
                ? await journeys.UpdateEntityAsync(writing.Head, read, TableUpdateMode.Replace, cancellationToken)
                : await journeys.AddEntityAsync(writing.Head, cancellationToken);
            return answer.Headers.ETag;
        }
        catch (RequestFailedException failure) when (failure.IsConflict())
        {
            throw new StaleJourneyException(leadId, failure);
        }
    }

    /// <summary>Writes pages that exceed the transaction of the journey row. Each is written under the row's ETag, so
    /// that two writers cannot mix their pages. Nobody reads a page before the row names it.</summary>
    /// <returns>The row's new version, and the number of written pages.</returns>
    private static async Task<(ETag? Version, int Staged)> StageAsync(
        TableClient journeys, JourneyRecord before, Writing writing, CancellationToken cancellationToken)
    {
        var (leadId, version, staged) = (before.State.LeadId, before.ETag, 0);
        while (writing.HeadBytes + writing.NewPages.Skip(staged).Sum(page => (long)page.Bytes.Length) > LongestTransaction
            && staged < writing.NewPages.Count)
        {
            var next = staged + 1;
            while (next < writing.NewPages.Count
                && writing.NewPages.Take(next + 1).Skip(staged).Sum(page => (long)page.Bytes.Length) <= LongestTransaction)
            {
                next++;
            }

            var mark = version is null
                ? new JourneyDocument(before.State.Ledger, [], []).Pack().WriteTo(ToRow(before, null))
                : new(leadId.Value, JourneyRow(leadId));
            mark[StagedColumn] = Math.Max(before.Staged, writing.FirstNew + next);
            var head = HeadAction(mark, version, TableTransactionActionType.UpdateMerge);
            var answers = await journeys.SubmitTransactionAsync([head, .. PagesOf(writing, staged, next)], cancellationToken);
            (version, staged) = (answers.Value[0].Headers.ETag, next);
        }

        return (version, staged);
    }

    private static TableTransactionAction HeadAction(TableEntity head, ETag? version, TableTransactionActionType update) =>
        version is { } etag ? new(update, head, etag) : new(TableTransactionActionType.Add, head);

    /// <summary>Converts pages to rows. Leftovers of an interrupted save are overwritten.</summary>
    private static IEnumerable<TableTransactionAction> PagesOf(Writing writing, int from, int to) =>
        Enumerable.Range(from, to - from).Select(index => new TableTransactionAction(
            TableTransactionActionType.UpsertReplace,
            writing.NewPages[index].WriteTo(new(writing.LeadId.Value, PageRow(writing.LeadId, writing.FirstNew + index)))));

    private static string JourneyRow(LeadId leadId) => JourneyPrefix + leadId.Value;

    private static string PageRow(LeadId leadId, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{PagePrefix}{leadId.Value}-{number:0000}");

    /// <summary>Makes the row's plain columns and the summary.</summary>
    private static TableEntity ToRow(JourneyRecord record, Journey? journey)
    {
        var leadId = record.State.LeadId;
        var row = new TableEntity(leadId.Value, JourneyRow(leadId)) { [PagesColumn] = record.Pages, [RevisionColumn] = record.Revision };
        row[WatchedColumn] = record.State.Ledger.WatchedAt;
        if (record.FirstPage > 0)
        {
            row[FirstPageColumn] = record.FirstPage;
        }

        if (journey is not null)
        {
            row["Stage"] = journey.Stage.ToString();
            row["Owner"] = journey.Owner;
            row["EnteredAt"] = journey.EnteredAt;
            row["Hash"] = journey.Hash;
        }

        return row;
    }

    /// <summary>The content of one save.</summary>
    private sealed record Writing(
        JourneyRecord After, TableEntity Head, int HeadBytes, IReadOnlyList<JourneyDocument.Packed> NewPages,
        IReadOnlyList<RecordLink> RecordLinks)
    {
        public LeadId LeadId => After.State.LeadId;

        /// <summary>Gets the number of the first new page.</summary>
        public int FirstNew => After.EndPage - NewPages.Count;
    }
}
