using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Alerts;

/// <summary>
/// Sweeps the deadline index: looks at every lead that has come due and raises what is to be raised. A row is removed only when what follows from it is committed, and raising is once for
/// each alert, so a crash at any point repeats a look and nothing else.
/// </summary>
public sealed partial class StallFlow(JourneyFlow journeys, DeadlineStore deadlines, FunnelSettings settings, TimeProvider clock, ILogger<StallFlow> logger)
{
    private const int LeadsAtOnce = 8;

    /// <summary>Looks at what is due now. A lead that cannot be looked at keeps its row for the next sweep and holds back no other.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var options = new ParallelOptions { MaxDegreeOfParallelism = LeadsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(deadlines.DueAsync(now, cancellationToken), options, async (due, token) => await LookAsync(due, now, token));
    }

    private async Task LookAsync(DueLead due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await journeys.UpdateAsync(due.LeadId, state => Decide(state, now), cancellationToken);
            await deadlines.RemoveAsync(due, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotLookedAt(logger, failure, due.LeadId);
        }
    }

    /// <summary>Null where nothing is to be raised and the index already has a later row for the lead, or needs none.</summary>
    private JourneyUpdate? Decide(JourneyState state, DateTimeOffset now)
    {
        if (state.Facts.IsEmpty)
        {
            return null;
        }

        var decision = StallRules.Decide(state, settings, now);
        var standing = state.Ledger.WatchedAt > now ? state.Ledger.WatchedAt : null;
        return decision.Events.Count == 0 && (decision.NextDue is null || standing <= decision.NextDue)
            ? null
            : new(decision.State, decision.Events, decision.NextDue);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Lead {LeadId} is due and could not be looked at; the next sweep tries again.")]
        public static partial void NotLookedAt(ILogger logger, Exception failure, LeadId leadId);
    }
}
