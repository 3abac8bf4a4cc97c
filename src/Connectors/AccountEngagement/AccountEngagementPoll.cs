using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.AccountEngagement;

/// <summary>Polls one business unit, a page of each stream at a time. A run starts a little before the end of the last one,
/// because the API shows records late. Rows that are read again are recognised by their keys.</summary>
internal sealed class AccountEngagementPoll(AccountEngagementClient client, AccountEngagementOptions options)
{
    private const int PageSize = 1_000;

    private const string Updated = "updatedAt", Created = "createdAt";

    /// <summary>Everything that is polled. A prospect precedes what happened to it.</summary>
    private static readonly Stream[] Streams =
    [
        new("prospects", "prospects", AccountEngagementClient.ProspectFields, Updated),
        new("deleted", "prospects", AccountEngagementClient.ProspectFields, Updated, Deleted: true),
        new("lifecycle", "lifecycle-histories", "id,prospectId,previousStageId,nextStageId,secondsElapsed,createdAt", Created),
        new("activities", "visitor-activities", "id,prospectId,type,typeName,campaignId,createdAt,details", Created),
    ];

    /// <summary>The last page of each stream, so that an unchanged one is not queued again.</summary>
    private volatile Dictionary<string, string> _last = [];

    public async Task<PollPage> StepAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var positions = Read(cursor);
        var next = new SortedDictionary<string, Position>(StringComparer.Ordinal);
        var (deliveries, last) = (new List<Delivery>(), new Dictionary<string, string>());
        foreach (var stream in Streams)
        {
            var position = positions.GetValueOrDefault(stream.Name) ?? new(options.PollSince ?? DateTimeOffset.UnixEpoch, null, null);
            var body = await client.PageAsync(stream.Type, QueryOf(stream, position), cancellationToken);
            using var page = AccountEngagementMapper.Parse(body)
                ?? throw new UnreadableDeliveryException(options.Name, $"the page of {stream.Type} has no values");
            last[stream.Name] = Convert.ToHexString(SHA256.HashData(body));
            if (page.RootElement.Items("values").Any() && _last.GetValueOrDefault(stream.Name) != last[stream.Name])
            {
                deliveries.Add(ToDelivery(body, now));
            }

            next[stream.Name] = After(position, stream, page.RootElement, now);
        }

        _last = last;
        return new(deliveries, JsonSerializer.Serialize(next), next.Values.Any(position => position.Token is not null));
    }

    /// <summary>Returns how far a page reaches. A page without a token is the last one.</summary>
    public static PollProgress Progress(JsonElement page) =>
        new(page.Text("nextPageToken"), page.Text("nextPageToken") is not null);

    private static AccountEngagementQuery QueryOf(Stream stream, Position position)
    {
        if (position.Token is { } token)
        {
            return new() { Fields = stream.Fields, NextPageToken = token };
        }

        var from = position.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return new()
        {
            Fields = stream.Fields,
            OrderBy = stream.Time,
            Limit = PageSize,
            UpdatedFrom = stream.Time == Updated ? from : null,
            CreatedFrom = stream.Time == Created ? from : null,
            Deleted = stream.Deleted ? "true" : null,
        };
    }

    /// <summary>Returns the position after a page. The end of a run lies before its newest row and before its start by the
    /// overlap, and never before the start of the run before.</summary>
    private Position After(Position position, Stream stream, JsonElement page, DateTimeOffset now)
    {
        var newest = page.Items("values").Select(record => JsonFields.IsoTime(record.Text(stream.Time))).Append(position.Newest).Max();
        if (page.Text("nextPageToken") is { } token)
        {
            return token == position.Token
                ? throw new UnreadableDeliveryException(options.Name, $"the page of {stream.Type} names itself as the next one")
                : position with { Token = token, Newest = newest };
        }

        var end = (newest is { } seen && seen < now ? seen : now) - options.PollOverlap;
        return new(newest is null || end < position.At ? position.At : end, null, null);
    }

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
    /// <param name="At">The time, inclusive, from which the run reads.</param>
    /// <param name="Token">The next page within the run; null between runs.</param>
    /// <param name="Newest">The newest row of the run so far; null for none.</param>
    internal sealed record Position(DateTimeOffset At, string? Token, DateTimeOffset? Newest);

    private sealed record Stream(string Name, string Type, string Fields, string Time, bool Deleted = false);
}
