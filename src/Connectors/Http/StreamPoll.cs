using System.Security.Cryptography;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Http;

/// <summary>A kind of record that is polled by the time of its last change.</summary>
/// <param name="Name">Its name in the cursor.</param>
/// <param name="Time">The member of a row with the time.</param>
internal record PollStream(string Name, string Time);

/// <summary>How far a stream was read.</summary>
/// <param name="At">The time, inclusive, from which the run reads.</param>
/// <param name="Token">The next page within the run; null between runs.</param>
/// <param name="Newest">The newest row of the run so far; null for none.</param>
internal sealed record StreamPosition(DateTimeOffset At, string? Token, DateTimeOffset? Newest);

/// <summary>Polls the streams of a tool that pages by tokens, a page of each at a step. Each run begins a little before the
/// end of the last one, and a page that has not changed since is not delivered again.</summary>
/// <param name="since">Where the very first run begins; null reads everything.</param>
/// <param name="overlap">How late a row may appear after its time.</param>
/// <param name="fetch">Reads a page.</param>
/// <param name="parse">Parses a page; null for another body.</param>
/// <param name="rows">Returns the rows of a page.</param>
/// <param name="token">Returns the token of the page after a page; null for the last one.</param>
internal sealed class StreamPoll<TStream>(
    string connector, DateTimeOffset? since, TimeSpan overlap,
    Func<TStream, StreamPosition, CancellationToken, Task<byte[]>> fetch,
    Func<ReadOnlyMemory<byte>, JsonDocument?> parse,
    Func<JsonElement, IEnumerable<JsonElement>> rows,
    Func<JsonElement, string?> token)
    where TStream : PollStream
{
    /// <summary>The last page of each stream, so that an unchanged one is not queued again.</summary>
    private volatile Dictionary<string, string> _last = [];

    /// <summary>Reads a page of each stream.</summary>
    public async Task<PollPage> StepAsync(
        IReadOnlyList<TStream> streams, string? cursor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var positions = Read(cursor);
        var next = new SortedDictionary<string, StreamPosition>(StringComparer.Ordinal);
        var (deliveries, last) = (new List<Delivery>(), new Dictionary<string, string>());
        foreach (var stream in streams)
        {
            var position = positions.GetValueOrDefault(stream.Name) ?? new(since ?? DateTimeOffset.UnixEpoch, null, null);
            var body = await fetch(stream, position, cancellationToken);
            using var page = parse(body)
                ?? throw new UnreadableDeliveryException(connector, $"the page of {stream.Name} has no rows");
            last[stream.Name] = Convert.ToHexString(SHA256.HashData(body));
            if (rows(page.RootElement).Any() && _last.GetValueOrDefault(stream.Name) != last[stream.Name])
            {
                deliveries.Add(PollPages.ToDelivery(connector, body, now));
            }

            next[stream.Name] = After(position, stream, page.RootElement, now);
        }

        _last = last;
        return new(deliveries, JsonSerializer.Serialize(next), next.Values.Any(position => position.Token is not null));
    }

    /// <summary>Returns the position after a page. The end of a run lies before its newest row and before its start by the
    /// overlap, and never before the start of the run before.</summary>
    private StreamPosition After(StreamPosition position, TStream stream, JsonElement page, DateTimeOffset now)
    {
        var newest = rows(page).Select(row => JsonFields.IsoTime(row.Text(stream.Time))).Append(position.Newest).Max();
        if (token(page) is { } following)
        {
            return following == position.Token
                ? throw new UnreadableDeliveryException(connector, $"the page of {stream.Name} names itself as the next one")
                : position with { Token = following, Newest = newest };
        }

        var end = (newest is { } seen && seen < now ? seen : now) - overlap;
        return new(newest is null || end < position.At ? position.At : end, null, null);
    }

    private Dictionary<string, StreamPosition> Read(string? cursor) =>
        cursor is null ? [] : PollPages.ReadCursor<Dictionary<string, StreamPosition>>(cursor, connector);
}

/// <summary>What polls share.</summary>
internal static class PollPages
{
    /// <summary>Returns the delivery of a page.</summary>
    public static Delivery ToDelivery(string connector, byte[] body, DateTimeOffset now) => new()
    {
        Connector = connector,
        Channel = Delivery.PollChannel,
        Method = "GET",
        Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase),
        Body = body,
        ReceivedAt = now,
    };

    /// <summary>Reads a cursor.</summary>
    /// <exception cref="UnreadableDeliveryException">It is not a cursor of the hub.</exception>
    public static T ReadCursor<T>(string cursor, string connector)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(cursor) ?? throw Unreadable();
        }
        catch (JsonException)
        {
            throw Unreadable();
        }

        UnreadableDeliveryException Unreadable() => new(connector, "the poll's cursor is not one that this hub has written");
    }
}
