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
    private const string RevisionColumn = "Revision";

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
    public async Task<JourneyRecord> SaveAsync(
        JourneyRecord before, JourneyState state, Journey? journey, IReadOnlyList<FunnelEvent> events, CancellationToken cancellationToken)
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
        if (packed.Bytes.Length > LargestRow)
        {
            (after, newPages) = Archive(after);
            packed = HeadOf(after).Pack();
        }

        var row = packed.WriteTo(ToRow(after, journey));
        var etag = await WriteAsync(before, row, newPages, after.Pages, cancellationToken);
        return after with { ETag = etag, HeadBytes = packed.JsonBytes };
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
    private static (JourneyRecord Record, List<JourneyDocument.Packed> NewPages) Archive(JourneyRecord record)
    {
        var moving = HeadOf(record).Facts.SkipLast(StayingFacts).ToList();
        var pages = ToPages(moving).ToList();
        var archived = record.Archived.SetItems(moving.Select(fact => KeyValuePair.Create(fact.DedupeKey, fact)));
        var bytes = record.ArchivedBytes + pages.Sum(page => page.JsonBytes);
        return (record with { Archived = archived, Pages = record.Pages + pages.Count, ArchivedBytes = bytes }, pages);
    }

    /// <summary>As many pages as it takes: facts of two large leads that became one do not fit into a single row.</summary>
    private static IEnumerable<JourneyDocument.Packed> ToPages(IReadOnlyList<Fact> facts)
    {
        var page = new JourneyDocument(null, facts, []).Pack();
        return page.Bytes.Length <= LargestRow || facts.Count < 2
            ? [page]
            : ToPages([.. facts.Take(facts.Count / 2)]).Concat(ToPages([.. facts.Skip(facts.Count / 2)]));
    }

    private async Task<ETag?> WriteAsync(
        JourneyRecord before, TableEntity row, List<JourneyDocument.Packed> newPages, int pages, CancellationToken cancellationToken)
    {
        var leadId = before.State.LeadId;
        var journeys = await tables.GetAsync(HubTables.Journeys, cancellationToken);
        List<TableTransactionAction> others =
        [
            .. newPages.Select((page, index) => new TableTransactionAction(
                TableTransactionActionType.Add, page.WriteTo(new(leadId.Value, PageRow(leadId, before.Pages + index))))),
            .. Enumerable.Range(pages, Math.Max(0, before.Pages - pages)).Select(number => new TableTransactionAction(
                TableTransactionActionType.Delete, new TableEntity(leadId.Value, PageRow(leadId, number)), ETag.All)),
        ];
        try
        {
            if (others.Count == 0)
            {
                var answer = before.ETag is { } version
                    ? await journeys.UpdateEntityAsync(row, version, TableUpdateMode.Replace, cancellationToken)
                    : await journeys.AddEntityAsync(row, cancellationToken);
                return answer.Headers.ETag;
            }

            var head = before.ETag is { } etag
                ? new TableTransactionAction(TableTransactionActionType.UpdateReplace, row, etag)
                : new TableTransactionAction(TableTransactionActionType.Add, row);
            var answers = await journeys.SubmitTransactionAsync([head, .. others], cancellationToken);
            return answers.Value[0].Headers.ETag;
        }
        catch (RequestFailedException failure) when (IsConflict(failure))
        {
            throw new StaleJourneyException(leadId, failure);
        }
    }

    private static bool IsConflict(RequestFailedException failure) => failure.Status is 404 or 409 or 412 && failure.ErrorCode != "TableNotFound";

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
}
