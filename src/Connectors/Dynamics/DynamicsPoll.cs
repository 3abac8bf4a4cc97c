using System.Net;
using System.Text.Json;
using System.Web;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Dynamics;

/// <summary>Polls one environment by change tracking, a page of each table at a time. A token that has expired begins again: all
/// rows are read, and those that changed since a little before the last run are taken.</summary>
internal sealed class DynamicsPoll(DynamicsClient client, DynamicsOptions options)
{
    /// <summary>The rows of a page. The token of a run is at its last one.</summary>
    public const int PageSize = 1_000;

    private const string NextLink = "@odata.nextLink", DeltaLink = "@odata.deltaLink", Rows = "value";

    /// <summary>How far a run that begins again goes back before the last one.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(1);

    public async Task<PollPage> StepAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var state = cursor is null ? new(null, new()) : PollPages.ReadCursor<State>(cursor, options.Name);
        if (state.NotBefore > now)
        {
            return new([], cursor!, More: false);
        }

        var (deliveries, next) = (new List<Delivery>(), new SortedDictionary<string, Position>(StringComparer.Ordinal));
        foreach (var table in DynamicsTable.All.Where(table => table != DynamicsTable.Tasks || options.PollTasks))
        {
            var position = state.Tables.GetValueOrDefault(table.Set) ?? Position.Begin(options.PollSince, now, null);
            var (body, started) = await PageAsync(table, position, now, cancellationToken);
            using var page = ParsePage(body) ?? throw new UnreadableDeliveryException(options.Name, $"the page of {table.Set} has no rows");
            if (Taken(body, page.RootElement, started.Since) is { } taken)
            {
                deliveries.Add(PollPages.ToDelivery(options.Name, taken, now));
            }

            next[table.Set] = After(started, table, page.RootElement, now);
        }

        var more = next.Values.Any(position => !position.IsComplete);
        return new(deliveries, JsonSerializer.Serialize(new State(more ? null : now + options.PollEvery, next)), more);
    }

    /// <summary>Parses a page; null when it is not an object with rows.</summary>
    public static JsonDocument? ParsePage(ReadOnlyMemory<byte> body)
    {
        var page = DynamicsWire.Parse(body);
        if (page?.RootElement.Member(Rows).ValueKind == JsonValueKind.Array)
        {
            return page;
        }

        page?.Dispose();
        return null;
    }

    /// <summary>Returns how far a page reaches: the link of the next page, or of the next changes.</summary>
    public static PollProgress Progress(JsonElement page) =>
        new(page.Text(NextLink) ?? page.Text(DeltaLink), page.Text(NextLink) is not null);

    /// <summary>Reads a page. Dataverse forgets a token after some days, and then the run begins again.</summary>
    private async Task<(byte[] Body, Position Position)> PageAsync(
        DynamicsTable table, Position position, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.ChangesAsync(table, QueryOf(table, position), cancellationToken), position);
        }
        catch (VendorRefusedException refused) when (
            position.Link is not null
                && refused.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.Gone
                    or HttpStatusCode.PreconditionFailed)
        {
            var again = Position.Begin(position.Done is { } done ? done - Overlap : position.Since, now, position.Done);
            return (await client.ChangesAsync(table, QueryOf(table, again), cancellationToken), again);
        }
    }

    private DynamicsQuery QueryOf(DynamicsTable table, Position position) =>
        position.Link ?? new() { Select = table.ColumnsOf(options) };

    private Position After(Position position, DynamicsTable table, JsonElement page, DateTimeOffset now)
    {
        if (page.Text(NextLink) is { } next)
        {
            var query = QueryIn(next, table);
            return query == position.Link
                ? throw new UnreadableDeliveryException(options.Name, $"the page of {table.Set} names itself as the next one")
                : position with { Link = query, IsComplete = false };
        }

        // What changed while the run went on is in the next one.
        return page.Text(DeltaLink) is { } delta
            ? new(QueryIn(delta, table), null, now, position.Started, IsComplete: true)
            : throw new UnreadableDeliveryException(options.Name, $"the last page of {table.Set} has no link to its changes");
    }

    /// <summary>Returns the parameters of a link. Its address is not called.</summary>
    private DynamicsQuery QueryIn(string link, DynamicsTable table)
    {
        var query = HttpUtility.ParseQueryString(link[(link.IndexOf('?', StringComparison.Ordinal) + 1)..]);
        var (delta, skip) = (query["$deltatoken"], query["$skiptoken"]);
        return delta is null && skip is null
            ? throw new UnreadableDeliveryException(options.Name, $"a link of {table.Set} has no token")
            : new() { Select = query["$select"], DeltaToken = delta, SkipToken = skip };
    }

    /// <summary>Returns the page with those rows only that count: the body itself when all do, null when none does.</summary>
    private static byte[]? Taken(byte[] body, JsonElement page, DateTimeOffset? since)
    {
        JsonElement[] rows = [.. page.Items(Rows).Where(row => IsSince(row, since))];
        return rows.Length == 0 ? null
            : rows.Length == page.Items(Rows).Count() ? body
            : JsonSerializer.SerializeToUtf8Bytes(
                page.EnumerateObject().DistinctBy(member => member.Name)
                    .ToDictionary(member => member.Name, object (member) => member.Name == Rows ? rows : member.Value),
                WellFormed.Nested);
    }

    /// <summary>Whether a row counts. A deletion has no time, and counts.</summary>
    private static bool IsSince(JsonElement row, DateTimeOffset? since) =>
        since is null || JsonFields.IsoTime(row.Text("modifiedon")) is not { } at || at >= since;

    /// <summary>How far a table was read.</summary>
    /// <param name="Link">The parameters of the next page or of the next changes; null to begin.</param>
    /// <param name="Since">The time, inclusive, from which rows of a run that began again are taken; null for all.</param>
    /// <param name="Started">When the run began.</param>
    /// <param name="Done">When the last complete run began; null for none.</param>
    /// <param name="IsComplete">Whether a run has ended and the next one waits.</param>
    internal sealed record Position(DynamicsQuery? Link, DateTimeOffset? Since, DateTimeOffset Started, DateTimeOffset? Done,
        bool IsComplete)
    {
        public static Position Begin(DateTimeOffset? since, DateTimeOffset now, DateTimeOffset? done) => new(null, since, now, done, false);
    }

    /// <summary>The cursor.</summary>
    /// <param name="NotBefore">When the next run begins; null for at once.</param>
    internal sealed record State(DateTimeOffset? NotBefore, SortedDictionary<string, Position> Tables);
}
