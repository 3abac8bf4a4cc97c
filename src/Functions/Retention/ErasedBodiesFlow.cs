using System.Text.Json;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Retention;

/// <summary>Takes erased persons out of bodies that no index finds: delayed copies, dead letters and the spool. One walk serves
/// all erasures, in pages, and a claim keeps two instances from walking at once.</summary>
internal sealed partial class ErasedBodiesFlow(
    CursorStore cursors, GoneKeyStore goneKeys, IEnumerable<IBodyPlace> places, SweepBeats beats, NoticeStore notices,
    HubMetrics metrics, TimeProvider clock, ILogger<ErasedBodiesFlow> logger)
{
    /// <summary>The name of the walk's row in the table <c>Cursors</c>.</summary>
    internal const string Name = "(erased-bodies)";

    /// <summary>How long an erased person is looked for. A message that named them lives for 14 days on the bus, and is given up
    /// within two more. What comes later is dropped when it is processed.</summary>
    internal static readonly TimeSpan LookFor = TimeSpan.FromDays(17);

    /// <summary>The time from the start of one walk to the next.</summary>
    internal static readonly TimeSpan WalkEvery = TimeSpan.FromHours(6);

    private const string BeatName = "erased-bodies", NoticeKey = "erased-bodies-left";

    /// <summary>The longest run. The next one continues.</summary>
    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(45);

    private readonly IReadOnlyList<IBodyPlace> _places = [.. places];

    /// <summary>Goes on with the walk. A no-op while another instance walks, until the next walk is due, and while nobody was
    /// erased lately.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await cursors.ClaimAsync(Name, cancellationToken) is not { } claim)
        {
            return;
        }

        try
        {
            claim = await GoOnAsync(claim, cancellationToken);
            await cursors.ReleaseAsync(claim, cancellationToken);
        }
        catch (CursorTakenException)
        {
            Log.Taken(logger);
        }
    }

    private async Task<CursorClaim> GoOnAsync(CursorClaim claim, CancellationToken cancellationToken)
    {
        var (now, started) = (clock.GetUtcNow(), clock.GetTimestamp());
        var walk = claim.Cursor is { } cursor ? JsonSerializer.Deserialize<Walk>(cursor, HubJson.Options)! : null;
        var gone = walk is { Done: true } && now < walk.StartedAt + WalkEvery ? null : await goneKeys.ReadAsync(cancellationToken);
        if (gone is null or { AreNone: true })
        {
            await beats.NoteAsync(BeatName, ended: gone is not null, 0, cancellationToken);
            return claim;
        }

        walk = walk is null or { Done: true } ? new(now, 0, null, 0, 0, false) : walk;
        var before = walk.Removed;
        while (!walk.Done && clock.GetElapsedTime(started) < LongestRun)
        {
            walk = await TakePageAsync(walk, gone, cancellationToken);
            claim = await cursors.MoveAsync(claim, JsonSerializer.Serialize(walk, HubJson.Options), cancellationToken);
        }

        if (walk.Done)
        {
            await EndAsync(walk, cancellationToken);
        }

        await beats.NoteAsync(BeatName, walk.Done, walk.Removed - before, cancellationToken);
        return claim;
    }

    private async Task<Walk> TakePageAsync(Walk walk, GonePersons gone, CancellationToken cancellationToken)
    {
        var place = _places[walk.Place];
        var page = await place.SweepAsync(walk.Next, gone, cancellationToken);
        if (page.Removed > 0)
        {
            metrics.BodiesErased(place.Name, page.Removed);
            Log.Removed(logger, page.Removed, place.Name);
        }

        var at = page.Next is null ? walk.Place + 1 : walk.Place;
        return walk with
        {
            Place = at,
            Next = page.Next,
            Removed = walk.Removed + page.Removed,
            Left = walk.Left + page.Left,
            Done = at == _places.Count,
        };
    }

    /// <summary>Forgets whom nothing can name any more. While something could not be reached, everybody is looked for again.</summary>
    private async Task EndAsync(Walk walk, CancellationToken cancellationToken)
    {
        if (walk.Left == 0)
        {
            await goneKeys.RemoveOldAsync(walk.StartedAt - LookFor, cancellationToken);
            await notices.CloseAsync(NoticeKey, cancellationToken);
            return;
        }

        Log.Left(logger, walk.Left);
        await notices.OpenAsync(
            new(
                NoticeKey,
                "Dead letters of erased persons could not be removed",
                [
                    $"{walk.Left} dead letters of the queue inbound name erased persons, and somebody else had them locked.",
                    "The hub tries again every few hours. If this does not end, purge them: GET /api/deadletters?entity=inbound.",
                ]),
            cancellationToken);
    }

    /// <summary>How far the walk has come.</summary>
    /// <param name="Place">The number of the place.</param>
    /// <param name="Removed">How many bodies were removed.</param>
    /// <param name="Left">How many could not be reached.</param>
    private sealed record Walk(DateTimeOffset StartedAt, int Place, string? Next, int Removed, int Left, bool Done);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Bodies} bodies that named erased persons were removed from {Place}.")]
        public static partial void Removed(ILogger logger, int bodies, string place);

        [LoggerMessage(2, LogLevel.Warning, "{Bodies} dead letters name erased persons and could not be reached.")]
        public static partial void Left(ILogger logger, int bodies);

        [LoggerMessage(3, LogLevel.Debug, "Another instance took over the walk over bodies.")]
        public static partial void Taken(ILogger logger);
    }
}
