using System.Text.Json;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Alerts.Detection;

/// <summary>Walks all leads slowly and adds the rows that the deadline index lost, for example by a restore. A run
/// takes one page, and a claim keeps two instances from walking at once.</summary>
internal sealed partial class ScrubFlow(
    JourneyWalk journeys, DeadlineStore deadlines, CursorStore cursors, NoticeStore notices, HubMetrics metrics, TimeProvider clock,
    ILogger<ScrubFlow> logger)
{
    /// <summary>The name of the walk's row in the table <c>Cursors</c>.</summary>
    internal const string Name = "(scrub)";

    private const string NoticeKey = "deadlines-lost";
    private const int LeadsPerRun = 1_000, LeadsAtOnce = 8;

    /// <summary>The time from the start of one walk to the next.</summary>
    private static readonly TimeSpan WalkEvery = TimeSpan.FromDays(7);

    /// <summary>The time before a deadline in which the walk leaves it to the sweep.</summary>
    private static readonly TimeSpan LeftToSweep = TimeSpan.FromMinutes(5);

    /// <summary>Takes the next page of the walk. A no-op while another instance walks, and until the next walk is
    /// due.</summary>
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
        var now = clock.GetUtcNow();
        var walk = claim.Cursor is { } cursor ? JsonSerializer.Deserialize<Walk>(cursor, HubJson.Options)! : new Walk(now, null, 0, false);
        if (walk.Done)
        {
            if (now < walk.StartedAt + WalkEvery)
            {
                return claim;
            }

            walk = new(now, null, 0, false);
        }

        var page = await journeys.ReadAsync(walk.Next, LeadsPerRun, cancellationToken);
        var mended = await MendAsync(page.Leads, now, cancellationToken);
        walk = walk with { Next = page.Next, Mended = walk.Mended + mended, Done = page.Next is null };
        await NotifyAsync(walk, mended, cancellationToken);
        return await cursors.MoveAsync(claim, JsonSerializer.Serialize(walk, HubJson.Options), cancellationToken);
    }

    /// <summary>Adds the missing rows of a page.</summary>
    /// <returns>How many were missing.</returns>
    private async Task<int> MendAsync(IReadOnlyList<WatchedLead> leads, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var mended = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = LeadsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(leads, options, async (lead, token) =>
        {
            var late = DeadlineStore.IsLate(lead.WatchedAt, now);
            if (late)
            {
                metrics.WatchedLate();
            }

            // A sweep may have removed the row since the lead was read. The extra row then is checked once for nothing.
            if ((late || lead.WatchedAt > now + LeftToSweep)
                && await deadlines.TryAddAsync(lead.LeadId, lead.WatchedAt, token)
                && await journeys.HoldsAsync(lead, token))
            {
                metrics.DeadlineMended();
                Interlocked.Increment(ref mended);
            }
        });
        return mended;
    }

    private async Task NotifyAsync(Walk walk, int mended, CancellationToken cancellationToken)
    {
        if (mended > 0)
        {
            Log.Mended(logger, mended);
            await notices.OpenAsync(
                new OpsNotice(
                    NoticeKey,
                    "Leads were not watched",
                    [
                        $"{walk.Mended} leads or more were missing in the deadline index. They are added again, "
                            + "and the next sweep checks them.",
                        "The hub itself never loses such a row: a restore, or somebody who deleted rows of the table Deadlines, does.",
                    ]),
                cancellationToken);
        }
        else if (walk is { Done: true, Mended: 0 })
        {
            await notices.CloseAsync(NoticeKey, cancellationToken);
        }
    }

    /// <summary>How far the walk has come.</summary>
    private sealed record Walk(DateTimeOffset StartedAt, string? Next, int Mended, bool Done);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Leads} leads were missing in the deadline index and are added again.")]
        public static partial void Mended(ILogger logger, int leads);

        [LoggerMessage(2, LogLevel.Debug, "Another instance took over the walk over all leads.")]
        public static partial void Taken(ILogger logger);
    }
}
