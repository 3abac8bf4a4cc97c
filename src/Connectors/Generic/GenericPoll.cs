using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;

namespace IntegrationHub.Connectors.Generic;

/// <summary>Polls a tool, a page a step. A run reads from a time to the end of the pages; the next one starts a little before
/// the newest row. Rows that are read again are recognised by their keys.</summary>
internal sealed class GenericPoll(GenericClient client, GenericOptions options, PollSettings poll)
{
    /// <summary>The placeholders of <c>Poll:Url</c>.</summary>
    public static readonly string[] Variables = ["since", "lastId", "cursor", "offset"];

    /// <summary>The last page, so that an unchanged one is not queued again.</summary>
    private volatile string _last = "";

    public async Task<PollPage> StepAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var position = Read(cursor) ?? new(poll.Since ?? DateTimeOffset.UnixEpoch);
        var body = await client.SendAsync(poll.Request, new Dictionary<string, string?>
        {
            ["since"] = GenericTimes.Write(position.LastAt ?? position.At, poll.TimeFormat),
            ["lastId"] = position.LastId,
            ["cursor"] = position.Cursor,
            ["offset"] = position.Offset.ToString(CultureInfo.InvariantCulture),
        }, cancellationToken);
        using var page = GenericMapper.Parse(body)
            ?? throw new UnreadableDeliveryException(options.Name, "the page is neither a JSON object nor an array");
        var rows = RowsOf(page.RootElement);
        var next = After(position, page.RootElement, rows, now);
        var isRunning = next.Cursor is not null || next.Offset > 0 || next.LastAt is not null;
        var hash = Convert.ToHexString(SHA256.HashData(body));
        var isNews = rows.Count > 0 && (isRunning || _last != hash);
        _last = hash;
        return new(isNews ? [ToDelivery(body, now)] : [], JsonSerializer.Serialize(next), isRunning);
    }

    /// <summary>Returns how far a page reaches.</summary>
    public PollProgress Progress(JsonElement page) =>
        poll.Next?.Text(new() { Item = page, Body = page }) is { } next ? new(next, true)
        : new(null, poll.Limit is { } limit ? RowsOf(page).Count >= limit : poll.Next is null ? null : false);

    private List<Seen> RowsOf(JsonElement page) =>
        [.. poll.Items.Find(page).Select(row => new Seen { Item = row.Item, Body = page, Names = row.Names })];

    /// <summary>Returns the position after a page. A run ends without a next page; the end lies before the newest row by the
    /// overlap, and never before the start.</summary>
    private Position After(Position position, JsonElement page, List<Seen> rows, DateTimeOffset now)
    {
        var newest = rows.Select(row => GenericTimes.Parse(poll.Time.Text(row), poll.TimeFormat)).Where(at => at <= now)
            .Append(position.Newest).Max();
        var progress = Progress(page);
        if (progress.NextCursor is { } next)
        {
            return next == position.Cursor
                ? throw new UnreadableDeliveryException(options.Name, "the page names itself as the next one")
                : position with { Cursor = next, Newest = newest };
        }

        if (progress.More == true)
        {
            return poll.Request.Uses("offset")
                ? position with { Offset = position.Offset + rows.Count, Newest = newest }
                : Behind(position, rows[^1]) with { Newest = newest };
        }

        var end = newest - poll.Overlap;
        return new(end > position.At ? end.Value : position.At);
    }

    /// <summary>Returns the position behind the last row of a full page.</summary>
    private Position Behind(Position position, Seen last)
    {
        var (at, id) = (GenericTimes.Parse(poll.Time.Text(last), poll.TimeFormat), poll.Id.Text(last));
        return at is null || (at == position.LastAt && (id == position.LastId || !poll.Request.Uses("lastId")))
            ? throw new UnreadableDeliveryException(options.Name, "a full page leads to no position after the last one")
            : position with { LastAt = at, LastId = id };
    }

    private Position? Read(string? cursor)
    {
        try
        {
            return cursor is null ? null : JsonSerializer.Deserialize<Position>(cursor);
        }
        catch (JsonException)
        {
            throw new UnreadableDeliveryException(options.Name, "the poll's cursor is not one that this hub has written");
        }
    }

    private Delivery ToDelivery(byte[] body, DateTimeOffset now) => new()
    {
        Connector = options.Name,
        Channel = Delivery.PollChannel,
        Method = "GET",
        Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase),
        Body = body,
        ReceivedAt = now,
    };

    /// <summary>How far the tool was read.</summary>
    /// <param name="At">The time, inclusive, from which the run reads.</param>
    /// <param name="Cursor">The next page within the run, in the tool's form; null for none.</param>
    /// <param name="Offset">The rows of the run so far, for tools that page by them.</param>
    /// <param name="Newest">The newest row of the run so far; null for none.</param>
    /// <param name="LastAt">The time of the run's last row, for tools that go on behind it; null for none.</param>
    /// <param name="LastId">The id of that row.</param>
    internal sealed record Position(
        DateTimeOffset At, string? Cursor = null, int Offset = 0, DateTimeOffset? Newest = null, DateTimeOffset? LastAt = null,
        string? LastId = null);
}
