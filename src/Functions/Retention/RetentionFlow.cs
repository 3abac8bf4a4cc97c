using System.Text.Json;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Retention;

/// <summary>Walks the places whose content leaves by age, once a day each, in pages. A claim for each keeps two instances from
/// walking it at once, and a failing place stops no other.</summary>
internal sealed partial class RetentionFlow(
    CursorStore cursors, IEnumerable<IAgingPlace> places, SweepBeats beats, NoticeStore notices, HubMetrics metrics,
    TimeProvider clock, ILogger<RetentionFlow> logger)
{
    /// <summary>The time from the start of one walk to the next.</summary>
    internal static readonly TimeSpan WalkEvery = TimeSpan.FromDays(1);

    /// <summary>The most pages that a run takes of a place. The next run continues.</summary>
    private const int PagesInRun = 20;

    /// <summary>Goes on with the walks that are due.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var place in places)
        {
            try
            {
                await RunAsync(place, cancellationToken);
            }
            catch (CursorTakenException)
            {
                Log.Taken(logger, place.Name);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                Log.Failed(logger, place.Name, failure.GetType().Name);
            }
        }
    }

    private async Task RunAsync(IAgingPlace place, CancellationToken cancellationToken)
    {
        // A table key must not contain a slash.
        var name = $"(retention-{place.Name.Replace('/', '-')})";
        if (await cursors.ClaimAsync(name, cancellationToken) is not { } claim)
        {
            return;
        }

        var now = clock.GetUtcNow();
        var walk = claim.Cursor is { } cursor ? JsonSerializer.Deserialize<Walk>(cursor, HubJson.Options)! : new(now, null, 0, 0, false);
        walk = walk.Done && now >= walk.StartedAt + WalkEvery ? new(now, null, 0, 0, false) : walk;
        var removed = 0;
        for (var page = 0; page < PagesInRun && !walk.Done; page++)
        {
            (walk, var some) = await TakePageAsync(place, walk, cancellationToken);
            removed += some;
            claim = await cursors.MoveAsync(claim, JsonSerializer.Serialize(walk, HubJson.Options), cancellationToken);
            if (walk.Done)
            {
                await NotifyAsync(place, walk, cancellationToken);
            }
        }

        await beats.NoteAsync(name.Trim('(', ')'), walk.Done, removed, cancellationToken);
        await cursors.ReleaseAsync(claim, cancellationToken);
    }

    private async Task<(Walk Walk, int Removed)> TakePageAsync(IAgingPlace place, Walk walk, CancellationToken cancellationToken)
    {
        var page = await place.RemoveOldAsync(walk.Next, cancellationToken);
        if (page.Removed.Count > 0)
        {
            metrics.LeftByAge(place.Name, page.Removed.Count);
            Log.Removed(logger, page.Removed.Count, place.Content, string.Join(' ', page.Removed));
        }

        return (
            walk with
            {
                Next = page.Next,
                Leaving = walk.Leaving + page.Leaving,
                Unsettled = walk.Unsettled + page.Unsettled,
                Done = page.Next is null,
            },
            page.Removed.Count);
    }

    /// <summary>Notifies ops before something leaves that nobody looked at, and of what stays because it is unsettled.</summary>
    private async Task NotifyAsync(IAgingPlace place, Walk walk, CancellationToken cancellationToken)
    {
        var key = $"retention:{place.Name}";
        if (walk is { Leaving: 0, Unsettled: 0 })
        {
            await notices.CloseAsync(key, cancellationToken);
            return;
        }

        var what = walk.Leaving > 0
            ? $"{walk.Leaving} {place.Content} leave within {IAgingPlace.Notice.Days} days, and nobody has looked at them."
            : $"{walk.Unsettled} {place.Content} are past their time, and stay because they are unsettled.";
        Log.Noticed(logger, place.Name, walk.Leaving, walk.Unsettled);
        var subject = walk.Leaving > 0 ? $"Some {place.Content} leave soon" : $"Some {place.Content} are unsettled";
        await notices.OpenAsync(new(key, subject, [what, place.Advice ?? ""]), cancellationToken);
    }

    /// <summary>How far a walk has come.</summary>
    private sealed record Walk(DateTimeOffset StartedAt, string? Next, int Leaving, int Unsettled, bool Done);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Count} {Content} left by age: {Ids}")]
        public static partial void Removed(ILogger logger, int count, string content, string ids);

        [LoggerMessage(2, LogLevel.Warning, "{Place}: {Leaving} leave soon, {Unsettled} are unsettled and stay.")]
        public static partial void Noticed(ILogger logger, string place, int leaving, int unsettled);

        [LoggerMessage(3, LogLevel.Warning, "What is too old could not be removed from {Place} ({Failure}); the next run tries again.")]
        public static partial void Failed(ILogger logger, string place, string failure);

        [LoggerMessage(4, LogLevel.Debug, "Another instance took over the walk over {Place}.")]
        public static partial void Taken(ILogger logger, string place);
    }
}
