using System.Globalization;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.AccountEngagement;

/// <summary>Polls one business unit.</summary>
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

    private readonly StreamPoll<Stream> _poll = new(
        options.Name, options.PollSince, options.PollOverlap,
        (stream, position, cancellationToken) => client.PageAsync(stream.Type, QueryOf(stream, position), cancellationToken),
        AccountEngagementMapper.Parse, page => page.Items("values"), page => page.Text("nextPageToken"));

    public Task<PollPage> StepAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken) =>
        _poll.StepAsync(Streams, cursor, now, cancellationToken);

    /// <summary>Returns how far a page reaches. A page without a token is the last one.</summary>
    public static PollProgress Progress(JsonElement page) =>
        new(page.Text("nextPageToken"), page.Text("nextPageToken") is not null);

    private static AccountEngagementQuery QueryOf(Stream stream, StreamPosition position)
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

    private sealed record Stream(string Name, string Type, string Fields, string Time, bool Deleted = false) : PollStream(Name, Time);
}
