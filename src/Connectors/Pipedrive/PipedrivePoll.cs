using System.Globalization;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Pipedrive;

/// <summary>Polls one company, as a safety net for webhooks, which are lost while Pipedrive bans them. Calls cost tokens of
/// the day, so a run that is early makes none.</summary>
internal sealed class PipedrivePoll(PipedriveClient client, PipedriveOptions options)
{
    /// <summary>The stream of archived deals, which has a path of its own.</summary>
    public const string Archived = "archived";

    private const int PageSize = 500;

    private const string Changed = "update_time";

    /// <summary>Everything that is polled. A person precedes their deals.</summary>
    private static readonly Stream[] Streams =
    [
        new("persons", "persons", PipedriveMapper.Marketing),
        new("deals", "deals"),
        new("deleted", "deals", Status: "deleted"),
        new(Archived, Archived),
        new("activities", "activities"),
    ];

    private readonly StreamPoll<Stream> _poll = new(
        options.Name, options.PollSince, options.PollOverlap,
        (stream, position, cancellationToken) => client.PageAsync(stream.Type, QueryOf(stream, position), cancellationToken),
        ParsePage, page => page.Items("data"), TokenOf);

    public async Task<PollPage> StepAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var state = cursor is null ? new(null, null) : PollPages.ReadCursor<State>(cursor, options.Name);
        if (state.NotBefore > now)
        {
            return new([], cursor!, More: false);
        }

        var page = await _poll.StepAsync(Streams, state.Streams, now, cancellationToken);
        DateTimeOffset? next = page.More ? null : now + options.PollEvery;
        return page with { NextCursor = JsonSerializer.Serialize(new State(page.NextCursor, next)) };
    }

    /// <summary>Parses a page; null when it is not an object with rows.</summary>
    public static JsonDocument? ParsePage(ReadOnlyMemory<byte> body)
    {
        var page = PipedriveWire.Parse(body);
        if (page?.RootElement.Member("data").ValueKind == JsonValueKind.Array)
        {
            return page;
        }

        page?.Dispose();
        return null;
    }

    /// <summary>Returns the token of the page after a page; null for the last one.</summary>
    public static string? TokenOf(JsonElement page) => page.Member("additional_data").Text("next_cursor");

    private static PipedriveQuery QueryOf(Stream stream, StreamPosition position) => new()
    {
        // A time with milliseconds is refused.
        UpdatedSince = position.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        SortBy = Changed,
        SortDirection = "asc",
        Limit = PageSize,
        Status = stream.Status,
        IncludeFields = stream.Include,
        Cursor = position.Token,
    };

    /// <summary>The cursor.</summary>
    /// <param name="Streams">How far each stream was read; null at the very start.</param>
    /// <param name="NotBefore">When the next run begins; null for at once.</param>
    internal sealed record State(string? Streams, DateTimeOffset? NotBefore);

    private sealed record Stream(string Name, string Type, string? Include = null, string? Status = null) : PollStream(Name, Changed);
}
