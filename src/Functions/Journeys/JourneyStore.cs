using System.Collections.Immutable;
using System.Globalization;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>
/// The table <c>Journeys</c>: one partition a lead, and in it one row with everything: facts, ledger and outbox in compact form, beside a summary for people.
/// Loading is one point read and saving is one write, whatever the lead's history. A lead with thousands of facts is continued in further rows, which are read by
/// key and never change. Row keys are unique in the whole table, because Azurite looks rows up by them before it looks at the partition.
/// </summary>
public sealed class JourneyStore(HubTables tables)
{
    /// <summary>When the journey row is longer than this, its older facts move to a further row. An entity holds 1 MiB.</summary>
    internal const int LargestRow = 640 * 1024;

    /// <summary>So many facts, the latest received, stay in the journey row when the others move.</summary>
    private const int StayingFacts = 100;

    private const string JourneyPrefix = "journey-";
    private const string PagePrefix = "facts-";
    private const string PagesColumn = "Pages";
    private const string StagedColumn = "Staged";
    private const string RevisionColumn = "Revision";

    /// <summary>What the long values of one transaction take. It holds 4 MiB in all, and on its way a value is a third longer.</summary>
    private const int LongestTransaction = 4 * LargestRow;

    /// <summary>Loads a lead; a record without an ETag when nothing is stored.</summary>
    /// <exception cref="InvalidDataException">A row has a form that this hub does not know.</exception>
    public async Task<JourneyRecord> LoadAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leadId);
        var journeys = await tables.GetAsync(HubTables.Journeys, cancellationToken);
        while (true)
        {
            var row = await journeys.GetEntityIfExistsAsync<TableEntity>(leadId.Value, JourneyRow(leadId), null, cancellationToken);
            if (!row.HasValue)
            {
                return JourneyRecord.New(leadId);
            }

            var pages = await LoadPagesAsync(journeys, leadId, row.Value!.GetInt32(PagesColumn) ?? 0, cancellationToken);
            if (pages is not null)
            {
                return ToRecord(leadId, row.Value, pages);
            }

            // A merge or an erasure removed the pages after the journey row was read: read what it left.
        }
    }

    /// <summary>Saves what was decided in one atomic write.</summary>
    /// <param name="before">The record the decision was made on.</param>
    /// <param name="state">The state to keep.</param>
    /// <param name="journey">The journey of that state, for the row's summary; null for a lead without facts.</param>
    /// <param name="events">What is to be published: kept in the outbox until the next save.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="StaleJourneyException">Somebody else saved since <paramref name="before"/> was loaded.</exception>
    public Task<JourneyRecord> SaveAsync(
        JourneyRecord before, JourneyState state, Journey? journey, IReadOnlyList<FunnelEvent> events, CancellationToken cancellationToken) =>
        SaveAsync(before, state, journey, events, [], cancellationToken);

    /// <summary>Saves what was decided, and places of the lead's records, in one atomic write.</summary>
    /// <param name="before">The record the decision was made on.</param>
    /// <param name="state">The state to keep.</param>
    /// <param name="journey">The journey of that state, for the row's summary; null for a lead without facts.</param>
    /// <param name="events">What is to be published: kept in the outbox until the next save.</param>
    /// <param name="recordLinks">The places, beside those that the lead has.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="StaleJourneyException">Somebody else saved since <paramref name="before"/> was loaded.</exception>
    public async Task<JourneyRecord> SaveAsync(
        JourneyRecord before, JourneyState state, Journey? journey, IReadOnlyList<FunnelEvent> events, IReadOnlyList<RecordLink> recordLinks,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(state);
        var after = state.Facts.IsEmpty ? JourneyRecord.New(state.LeadId) : before;
        var revision = before.Revision + 1;
        after = after with
        {
            State = state,
            Revision = revision,
            Unpublished = [.. before.Unpublished, .. events.Select(e => e with { Revision = revision })],
        };

        var packed = HeadOf(after).Pack();
        var newPages = new List<JourneyDocument.Packed>();
        foreach (var staying in (int[])[StayingFacts, 0])
        {
            if (packed.Bytes.Length > LargestRow)
            {
                after = Archive(after, staying, newPages);
                packed = HeadOf(after).Pack();
            }
        }

        var row = packed.WriteTo(ToRow(after, journey));
        var etag = await WriteAsync(before, new(row, packed.Bytes.Length, newPages, after.Pages, recordLinks), cancellationToken);
        return after with { ETag = etag, HeadBytes = packed.JsonBytes, Staged = after.Pages };
    }

    /// <summary>Stores a lead that is nothing but a ledger, unless something is stored of it.</summary>
    /// <returns>False where something is: nothing was changed.</returns>
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

    /// <summary>Leaves of a lead nothing but a ledger: no fact, no summary, nothing to be published.</summary>
    /// <exception cref="StaleJourneyException">Somebody else saved since <paramref name="before"/> was loaded; nothing was removed.</exception>
    public Task EmptyAsync(JourneyRecord before, JourneyLedger ledger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(before);
        var empty = JourneyState.New(before.State.LeadId) with { Ledger = ledger };
        return SaveAsync(before with { Unpublished = [] }, empty, null, [], cancellationToken);
    }

    /// <summary>Removes the row that says that a lead was erased, so that the lead may be made again.</summary>
    public async Task RemoveAsync(JourneyRecord erased, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(erased);
        var journeys = await tables.GetAsync(HubTables.Journeys, cancellationToken);
        await journeys.DeleteEntityAsync(erased.State.LeadId.Value, JourneyRow(erased.State.LeadId), erased.ETag ?? ETag.All, cancellationToken);
    }

    /// <summary>The rows that continue a journey row; null when one of them is gone.</summary>
    private static async Task<IReadOnlyList<JourneyDocument>?> LoadPagesAsync(
        TableClient journeys, LeadId leadId, int count, CancellationToken cancellationToken)
    {
        var pages = await Task.WhenAll(Enumerable.Range(0, count).Select(
            number => journeys.GetEntityIfExistsAsync<TableEntity>(leadId.Value, PageRow(leadId, number), null, cancellationToken)));
        return pages.All(page => page.HasValue) ? [.. pages.Select(page => JourneyDocument.Read(page.Value!))] : null;
    }

    /// <summary>A fact that changed after it had moved to a page is in the journey row too: that one counts.</summary>
    private static JourneyRecord ToRecord(LeadId leadId, TableEntity row, IReadOnlyList<JourneyDocument> pages)
    {
        var head = JourneyDocument.Read(row);
        var archived = pages.SelectMany(page => page.Facts).ToImmutableDictionary(fact => fact.DedupeKey);
        var facts = archived.SetItems(head.Facts.Select(fact => KeyValuePair.Create(fact.DedupeKey, fact)));
        return new(new(leadId, facts, head.Ledger!), row.ETag, head.Outbox)
        {
            Revision = row.GetInt32(RevisionColumn) ?? 0,
            Archived = archived,
            Pages = pages.Count,
            Staged = row.GetInt32(StagedColumn) ?? pages.Count,
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

    /// <summary>Moves all facts but the latest received from the journey row to new pages.</summary>
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

    /// <summary>As many pages as it takes: facts of two large leads that became one do not fit into a single row.</summary>
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
                .. PagesOf(before, writing, staged, writing.NewPages.Count),
                .. Enumerable.Range(writing.Pages, Math.Max(0, before.Staged - writing.Pages)).Select(number => new TableTransactionAction(
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

    /// <summary>
    /// Writes those pages first that do not fit into one transaction with the journey row. Each goes under the row's
    /// ETag, so that two writers cannot mix their pages, and nobody reads it before the row names it.
    /// </summary>
    /// <returns>The row's version then, and how many pages are written.</returns>
    private static async Task<(ETag? Version, int Staged)> StageAsync(TableClient journeys, JourneyRecord before, Writing writing, CancellationToken cancellationToken)
    {
        var (leadId, version, staged) = (before.State.LeadId, before.ETag, 0);
        while (writing.HeadBytes + writing.NewPages.Skip(staged).Sum(page => (long)page.Bytes.Length) > LongestTransaction && staged < writing.NewPages.Count)
        {
            var next = staged + 1;
            while (next < writing.NewPages.Count && writing.NewPages.Take(next + 1).Skip(staged).Sum(page => (long)page.Bytes.Length) <= LongestTransaction)
            {
                next++;
            }

            var mark = version is null
                ? new JourneyDocument(before.State.Ledger, [], []).Pack().WriteTo(ToRow(before, null))
                : new(leadId.Value, JourneyRow(leadId));
            mark[StagedColumn] = before.Pages + next;
            var head = HeadAction(mark, version, TableTransactionActionType.UpdateMerge);
            var answers = await journeys.SubmitTransactionAsync([head, .. PagesOf(before, writing, staged, next)], cancellationToken);
            (version, staged) = (answers.Value[0].Headers.ETag, next);
        }

        return (version, staged);
    }

    private static TableTransactionAction HeadAction(TableEntity head, ETag? version, TableTransactionActionType update) =>
        version is { } etag ? new(update, head, etag) : new(TableTransactionActionType.Add, head);

    /// <summary>Pages as rows. What a save that did not come to its end left under the same key is written over.</summary>
    private static IEnumerable<TableTransactionAction> PagesOf(JourneyRecord before, Writing writing, int from, int to) =>
        Enumerable.Range(from, to - from).Select(index => new TableTransactionAction(
            TableTransactionActionType.UpsertReplace,
            writing.NewPages[index].WriteTo(new(before.State.LeadId.Value, PageRow(before.State.LeadId, before.Pages + index)))));

    private static string JourneyRow(LeadId leadId) => JourneyPrefix + leadId.Value;

    private static string PageRow(LeadId leadId, int number) => string.Create(CultureInfo.InvariantCulture, $"{PagePrefix}{leadId.Value}-{number:0000}");

    /// <summary>What stands in the row in clear: for reading it back, and the summary.</summary>
    private static TableEntity ToRow(JourneyRecord record, Journey? journey)
    {
        var leadId = record.State.LeadId;
        var row = new TableEntity(leadId.Value, JourneyRow(leadId)) { [PagesColumn] = record.Pages, [RevisionColumn] = record.Revision };
        if (journey is not null)
        {
            row["Stage"] = journey.Stage.ToString();
            row["Owner"] = journey.Owner;
            row["EnteredAt"] = journey.EnteredAt;
            row["Hash"] = journey.Hash;
        }

        return row;
    }

    /// <summary>What one save writes.</summary>
    private sealed record Writing(TableEntity Head, int HeadBytes, IReadOnlyList<JourneyDocument.Packed> NewPages, int Pages, IReadOnlyList<RecordLink> RecordLinks);
}
