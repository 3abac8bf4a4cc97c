using System.Globalization;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Marketo;

/// <summary>What a stream reads.</summary>
internal enum MarketoStreamKind
{
    /// <summary>New leads, and the fields that changed.</summary>
    Changes,

    /// <summary>Activities of at most ten types.</summary>
    Activities,

    /// <summary>Deleted leads.</summary>
    Deleted,
}

/// <summary>A stream of activities.</summary>
/// <param name="Name">Its name in the cursor.</param>
/// <param name="Asked">The fields or the types that it asks for; empty for deleted leads.</param>
internal sealed record MarketoStream(string Name, MarketoStreamKind Kind, string Asked);

/// <summary>Polls one instance, a page of each stream at a time. The vendor's token is the cursor, so nothing is read twice
/// unless the token no longer counts.</summary>
internal sealed class MarketoPoll(MarketoClient client, MarketoOptions options)
{
    private const int MostTypes = 10;

    private readonly IReadOnlyList<MarketoStream> _streams = StreamsOf(options);

    public async Task<PollPage> StepAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var positions = Read(cursor);
        var (next, deliveries) = (new SortedDictionary<string, Position>(StringComparer.Ordinal), new List<Delivery>());
        foreach (var stream in _streams)
        {
            var position = positions.GetValueOrDefault(stream.Name)
                ?? new(null, options.PollSince ?? now - MarketoOptions.FirstReach, More: false);
            var (body, from) = await PageAsync(stream, position, cancellationToken);
            using var page = MarketoJson.Page(body)
                ?? throw new UnreadableDeliveryException(options.Name, $"the page of {stream.Name} is not an answer with a result");
            if (page.RootElement.Items("result").Any())
            {
                deliveries.Add(ToDelivery(body, now));
            }

            next[stream.Name] = After(from, stream, page.RootElement, now);
        }

        return new(deliveries, JsonSerializer.Serialize(next), next.Values.Any(position => position.More));
    }

    /// <summary>Returns how far a page reaches. Only <c>moreResult</c> tells: a page may be empty and not the last
    /// one.</summary>
    public static PollProgress Progress(JsonElement page) =>
        new(page.Text("nextPageToken"), page.Member("moreResult").ValueKind == JsonValueKind.True);

    /// <summary>Reads a page. A token that the vendor no longer takes is replaced once by one of the time that was reached,
    /// less the overlap; rows that are read again are recognised by their keys.</summary>
    private async Task<(byte[] Body, Position From)> PageAsync(
        MarketoStream stream, Position position, CancellationToken cancellationToken)
    {
        if (position.Token is { } token)
        {
            try
            {
                return (await client.PageAsync(stream, token, cancellationToken), position);
            }
            catch (VendorRefusedException refused) when (IsOfToken(refused))
            {
                position = position with { At = position.At - options.PollOverlap };
            }
        }

        var renewed = position with { Token = await client.TokenOfAsync(position.At, cancellationToken) };
        return (await client.PageAsync(stream, renewed.Token, cancellationToken), renewed);
    }

    /// <summary>Whether a refusal may be of the token: the vendor has no code for one that expired.</summary>
    private static bool IsOfToken(VendorRefusedException refused) =>
        refused.ErrorCode is null or "610" or "701" or "702" or "704" or "709" or ['1', '0', _, _];

    /// <summary>Returns the position after a page. Its time is that of the newest row so far, and never ahead of now.</summary>
    private Position After(Position position, MarketoStream stream, JsonElement page, DateTimeOffset now)
    {
        var progress = Progress(page);
        var times = page.Items("result").Select(row => MarketoDay.Parse(row.Text("activityDate"))).Where(at => at <= now);
        var newest = times.Append(position.At).Max()!.Value;
        return progress.More == true && (progress.NextCursor is null || progress.NextCursor == position.Token)
            ? throw new UnreadableDeliveryException(options.Name, $"the page of {stream.Name} names itself as the next one")
            : new(progress.NextCursor ?? position.Token, newest, progress.More == true);
    }

    private static List<MarketoStream> StreamsOf(MarketoOptions options) =>
    [
        new("changes", MarketoStreamKind.Changes, options.ChangedFields),
        .. options.ActivityTypes.Chunk(MostTypes).Select((types, i) => new MarketoStream(
            i == 0 ? "activities" : string.Create(CultureInfo.InvariantCulture, $"activities{i + 1}"),
            MarketoStreamKind.Activities, string.Join(',', types))),
        new("deleted", MarketoStreamKind.Deleted, ""),
    ];

    private Dictionary<string, Position> Read(string? cursor)
    {
        try
        {
            return cursor is null ? [] : JsonSerializer.Deserialize<Dictionary<string, Position>>(cursor) ?? [];
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

    /// <summary>How far a stream was read.</summary>
    /// <param name="Token">The vendor's token of the next page; null before the first one.</param>
    /// <param name="At">The time of the newest row, from which a lost token is replaced.</param>
    /// <param name="More">Whether the run is not at its end.</param>
    internal sealed record Position(string? Token, DateTimeOffset At, bool More);
}
