using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Alerts.Detection;

/// <summary>Sweeps the deadline index: checks every lead that is due and raises its alerts. A row is removed after the
/// commit, and raising is idempotent, so a crash only repeats a check.</summary>
internal sealed partial class StallFlow(
    JourneyFlow journeys, DeadlineStore deadlines, FunnelSettings settings, TimeProvider clock, ILogger<StallFlow> logger)
{
    /// <summary>How long a row without a ledger may belong to a running commit.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(15);

    /// <summary>The delay of a lead whose check failed.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    private const int LeadsAtOnce = 8;

    /// <summary>Checks the due leads. A failing one is delayed and stops no other.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var options = new ParallelOptions { MaxDegreeOfParallelism = LeadsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            deadlines.DueAsync(now, cancellationToken), options, async (due, token) => await TryCheckAsync(due, now, token));
    }

    private async Task TryCheckAsync(DueLead due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await CheckAsync(due, now, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotCheckedAt(logger, FailureText.Of(failure), due.LeadId);
            await TryPutOffAsync(due, now + RetryAfter, cancellationToken);
        }
    }

    private async Task CheckAsync(DueLead due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var named = false;
        await journeys.UpdateStoredAsync(
            due.LeadId,
            state =>
            {
                named = state.Ledger.WatchedAt <= due.DueAt;
                return named ? Check(state, now) : null;
            },
            cancellationToken);

        // No ledger names the row: it is a leftover, unless its commit is still running.
        if (named || due.WrittenAt <= now - Grace)
        {
            await deadlines.RemoveAsync(due, cancellationToken);
        }
    }

    /// <summary>Checks a lead. The ledger drops the row, which can then be removed; the commit adds another
    /// one for the next check.</summary>
    private JourneyChange Check(JourneyState state, DateTimeOffset now)
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
            Log.NotPutOff(logger, FailureText.Of(failure), due.LeadId);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Lead {LeadId} is due and could not be checked; a later sweep tries again ({Failure}).")]
        public static partial void NotCheckedAt(ILogger logger, string failure, LeadId leadId);

        [LoggerMessage(2, LogLevel.Warning, "Lead {LeadId} could not be delayed either; the next sweep tries again ({Failure}).")]
        public static partial void NotPutOff(ILogger logger, string failure, LeadId leadId);
    }
}
