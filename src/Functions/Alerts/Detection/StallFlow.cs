using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Alerts.Detection;

/// <summary>
/// Sweeps the deadline index: looks at every lead that has come due and raises what is to be raised. A row is removed only when what follows from it is committed, and raising is once for
/// each alert, so a crash at any point repeats a look and nothing else.
/// </summary>
public sealed partial class StallFlow(JourneyFlow journeys, DeadlineStore deadlines, FunnelSettings settings, TimeProvider clock, ILogger<StallFlow> logger)
{
    /// <summary>How long a row that no ledger names may belong to a commit that is still under way.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(15);

    /// <summary>How long a lead that could not be looked at is put off.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    private const int LeadsAtOnce = 8;

    /// <summary>Looks at what is due now. A lead that cannot be looked at is put off, and holds back no other.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var options = new ParallelOptions { MaxDegreeOfParallelism = LeadsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(deadlines.DueAsync(now, cancellationToken), options, async (due, token) => await TryLookAsync(due, now, token));
    }

    private async Task TryLookAsync(DueLead due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await LookAsync(due, now, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotLookedAt(logger, failure, due.LeadId);
            await TryPutOffAsync(due, now + RetryAfter, cancellationToken);
        }
    }

    private async Task LookAsync(DueLead due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var named = false;
        await journeys.UpdateStoredAsync(
            due.LeadId,
            state =>
            {
                named = state.Ledger.WatchedAt <= due.DueAt;
                return named ? Look(state, now) : null;
            },
            cancellationToken);

        // A row that no ledger names was left behind, unless the commit that will name it is under way.
        if (named || due.WrittenAt <= now - Grace)
        {
            await deadlines.RemoveAsync(due, cancellationToken);
        }
    }

    /// <summary>The ledger no longer names the row, which can go then; the commit writes another one if the lead is to be looked at again.</summary>
    private JourneyChange Look(JourneyState state, DateTimeOffset now)
    {
        var unwatched = state with { Ledger = state.Ledger with { WatchedAt = null } };
        if (state.Facts.IsEmpty)
        {
            return new(unwatched, []);
        }

        var decision = StallRules.Decide(unwatched, settings, now);
        return new(decision.State, decision.Events);
    }

    private async Task TryPutOffAsync(DueLead due, DateTimeOffset until, CancellationToken cancellationToken)
    {
        try
        {
            await deadlines.WatchAsync(due.LeadId, until, cancellationToken);
            await deadlines.RemoveAsync(due, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotPutOff(logger, failure, due.LeadId);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Lead {LeadId} is due and could not be looked at; a later sweep tries again.")]
        public static partial void NotLookedAt(ILogger logger, Exception failure, LeadId leadId);

        [LoggerMessage(2, LogLevel.Warning, "Lead {LeadId} could not be put off either; the next sweep tries again.")]
        public static partial void NotPutOff(ILogger logger, Exception failure, LeadId leadId);
    }
}
