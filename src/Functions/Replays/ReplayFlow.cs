using IntegrationHub.Functions.Identity.Reviews;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Replays;

/// <summary>Starts, runs, switches and ends replays. A replay runs in short steps, and each stores where the next one
/// continues.</summary>
internal sealed partial class ReplayFlow(
    IServiceProvider services, ReplayStore replays, ReplayRebuilder rebuilder, LeadSwitch leads, ErasureRepeat erasures,
    ReviewStore reviews, TimeProvider clock, ILogger<ReplayFlow> logger)
{
    private const int LeadsInStep = 100, LeftoversInRun = 2_000;

    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(45), KeepFor = TimeSpan.FromDays(7);

    /// <summary>Starts a replay.</summary>
    /// <returns>Null when another one is not over.</returns>
    public async Task<Replay?> StartAsync(ReplayRange range, bool dryRun, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now).ToString("N")[^8..];
        var replay = new Replay(id, range, dryRun, ReplayState.Rebuilding, now);
        return await replays.TryAddAsync(replay, cancellationToken) ? replay : null;
    }

    /// <summary>Lets a compared replay replace the live facts. A no-op while it does so.</summary>
    /// <returns>The replay; null when it cannot be switched.</returns>
    public async Task<Replay?> SwitchAsync(string id, CancellationToken cancellationToken) =>
        await replays.FindAsync(id, cancellationToken) switch
        {
            { State: ReplayState.Switching or ReplayState.Switched } running => running,
            { State: ReplayState.Compared } compared =>
                await replays.SaveAsync(compared with { State = ReplayState.Switching, Marker = null }, cancellationToken),
            _ => null,
        };

    /// <summary>Ends a replay that is not being switched, and removes its tables.</summary>
    /// <returns>The replay; null when it cannot be ended.</returns>
    public async Task<Replay?> EndAsync(string id, CancellationToken cancellationToken)
    {
        if (await replays.FindAsync(id, cancellationToken) is not { IsOver: false, State: not ReplayState.Switching } replay
            || await replays.SaveAsync(replay with { State = ReplayState.Ended }, cancellationToken) is not { } ended)
        {
            return null;
        }

        await using var shadow = ShadowHub.Create(services, ended);
        await shadow.RemoveTablesAsync(cancellationToken);
        return ended;
    }

    /// <summary>Continues the active replay for less than a minute. One instance does so at a time.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await replays.FindActiveAsync(cancellationToken) is not { } active)
        {
            await replays.RemoveOldAsync(clock.GetUtcNow() - KeepFor, LeftoversInRun, cancellationToken);
            await erasures.SweepAsync(cancellationToken);
            return;
        }

        if (!active.IsBusy || !await replays.TryLeaseAsync(clock.GetUtcNow(), cancellationToken))
        {
            return;
        }

        try
        {
            await using var shadow = ShadowHub.Create(services, active);
            await RunAsync(active, shadow, cancellationToken);
        }
        finally
        {
            await replays.ReleaseAsync(CancellationToken.None);
        }
    }

    private async Task RunAsync(Replay replay, ShadowHub shadow, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (replay.IsBusy && clock.GetElapsedTime(started) < LongestRun)
        {
            var next = replay.State switch
            {
                ReplayState.Rebuilding when replay.Day is null => await PrepareAsync(replay, shadow, cancellationToken),
                ReplayState.Rebuilding => await rebuilder.StepAsync(replay, shadow, cancellationToken),
                ReplayState.Comparing => await CompareAsync(replay, shadow, cancellationToken),
                ReplayState.Switching => await SwitchAsync(replay, shadow, cancellationToken),
                var other => throw new InvalidOperationException($"A replay that is {other} has no next step."),
            };
            if (await replays.SaveAsync(next, cancellationToken) is not { } saved)
            {
                // It was ended meanwhile, or another instance has it.
                return;
            }

            replay = saved;
        }

        if (!replay.IsBusy)
        {
            Log.Reached(logger, replay.Id, replay.State, replay.Deliveries, replay.Leads.Different + replay.Leads.Missing);
        }

        if (replay.IsOver)
        {
            await shadow.RemoveTablesAsync(cancellationToken);
        }
    }

    /// <summary>Prepares the rebuild: erases again whom an older backup brought back, and copies what people decided.</summary>
    private async Task<Replay> PrepareAsync(Replay replay, ShadowHub shadow, CancellationToken cancellationToken)
    {
        var erased = await erasures.RunAsync(replay.Range.From, cancellationToken);
        await shadow.CopyReviewsAsync(reviews, cancellationToken);
        return replay with { Erased = erased, Day = ReplayRebuilder.FirstDayOf(replay.Range) };
    }

    private async Task<Replay> CompareAsync(Replay replay, ShadowHub shadow, CancellationToken cancellationToken)
    {
        var page = await replays.PageAsync(replay.Id, replay.Marker, null, LeadsInStep, cancellationToken);
        foreach (var (lead, _) in page)
        {
            if (await leads.CompareAsync(shadow, replay.Range, lead, cancellationToken) is { } compared)
            {
                await replays.SaveAsync(replay.Id, compared, cancellationToken);
                replay = replay with { Leads = replay.Leads.With(compared.Verdict) };
            }
            else
            {
                await replays.RemoveAsync(replay.Id, lead, cancellationToken);
            }
        }

        return page.Count == LeadsInStep
            ? replay with { Marker = page[^1].LeadId.Value }
            : replay with { Marker = null, State = replay.DryRun ? ReplayState.Ended : ReplayState.Compared };
    }

    private async Task<Replay> SwitchAsync(Replay replay, ShadowHub shadow, CancellationToken cancellationToken)
    {
        var page = await replays.PageAsync(replay.Id, replay.Marker, null, LeadsInStep, cancellationToken);
        foreach (var (lead, _) in page.Where(row => row.Compared is { Verdict: not LeadVerdict.Same }))
        {
            if (await leads.SwitchAsync(shadow, replay.Range, lead, cancellationToken))
            {
                replay = replay with { Switched = replay.Switched + 1 };
            }
        }

        return page.Count == LeadsInStep
            ? replay with { Marker = page[^1].LeadId.Value }
            : replay with { Marker = null, State = ReplayState.Switched };
    }

    private static partial class Log
    {
        [LoggerMessage(
            1, LogLevel.Information, "Replay {Replay} is {State}: {Deliveries} deliveries, {Leads} leads differ or are missing.")]
        public static partial void Reached(ILogger logger, string replay, ReplayState state, int deliveries, int leads);
    }
}
