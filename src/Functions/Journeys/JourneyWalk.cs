using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>A lead with the time of its row in the deadline index.</summary>
internal sealed record WatchedLead(LeadId LeadId, DateTimeOffset WatchedAt);

/// <summary>A page of a walk over all leads.</summary>
/// <param name="Next">Where the next page begins; null after the last.</param>
internal sealed record WalkPage(IReadOnlyList<WatchedLead> Leads, string? Next);

/// <summary>Reads all watched leads, or all leads, one page at a time. It reads plain columns and opens no
/// journey.</summary>
internal sealed class JourneyWalk(HubTables tables)
{
    private static readonly string Everyone = TableClient.CreateQueryFilter(
        $"RowKey ge {JourneyStore.JourneyPrefix} and RowKey lt {"journey."}");

    private static readonly string Watched = $"{Everyone} and {TableClient.CreateQueryFilter($"WatchedAt gt {DateTimeOffset.UnixEpoch}")}";

    private static readonly string[] Columns = ["PartitionKey", JourneyStore.WatchedColumn];

    /// <summary>Reads a page of the watched leads.</summary>
    /// <param name="from">The end of the page before; null for the first.</param>
    public async Task<WalkPage> ReadAsync(string? from, int leads, CancellationToken cancellationToken)
    {
        var page = await PageAsync(Watched, Columns, from, leads, cancellationToken);
        return new([.. page.Items.Select(Read)], page.Next);
    }

    /// <summary>Reads a page of the leads whose rows nobody has written since a time, by the clock of the tables.</summary>
    /// <param name="from">The end of the page before; null for the first.</param>
    public Task<ListPage<LeadId>> ReadQuietAsync(string? from, DateTimeOffset since, int leads, CancellationToken cancellationToken) =>
        IdsAsync($"{Everyone} and {TableClient.CreateQueryFilter($"Timestamp lt {since}")}", from, leads, cancellationToken);

    /// <summary>Reads a page of all leads.</summary>
    /// <param name="from">The end of the page before; null for the first.</param>
    public Task<ListPage<LeadId>> ReadAllAsync(string? from, int leads, CancellationToken cancellationToken) =>
        IdsAsync(Everyone, from, leads, cancellationToken);

    /// <summary>Whether a lead's ledger still names the time.</summary>
    public async Task<bool> HoldsAsync(WatchedLead watched, CancellationToken cancellationToken)
    {
        var journeys = await tables.GetAsync(HubTables.Journeys, cancellationToken);
        var row = await journeys.GetEntityIfExistsAsync<TableEntity>(
            watched.LeadId.Value, JourneyStore.JourneyPrefix + watched.LeadId.Value, Columns, cancellationToken);
        return row.HasValue && row.Value!.GetDateTimeOffset(JourneyStore.WatchedColumn) == watched.WatchedAt;
    }

    private async Task<ListPage<LeadId>> IdsAsync(string filter, string? from, int leads, CancellationToken cancellationToken)
    {
        var page = await PageAsync(filter, ["PartitionKey"], from, leads, cancellationToken);
        return new([.. page.Items.Select(row => LeadId.Parse(row.PartitionKey))], page.Next);
    }

    private async Task<ListPage<TableEntity>> PageAsync(
        string filter, string[] columns, string? from, int leads, CancellationToken cancellationToken)
    {
        var journeys = await tables.GetAsync(HubTables.Journeys, cancellationToken);
        return await journeys.PageAsync(filter, new(leads, from), columns, cancellationToken);
    }

    private static WatchedLead Read(TableEntity row) =>
        new(LeadId.Parse(row.PartitionKey), row.GetDateTimeOffset(JourneyStore.WatchedColumn)!.Value);
}
