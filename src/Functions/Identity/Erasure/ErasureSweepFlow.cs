using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Sweeps the due index: settles every erasure that is due. A row is removed after the settlement, which is idempotent,
/// so a crash only repeats it.</summary>
internal sealed partial class ErasureSweepFlow(
    ErasureStore erasures, ErasureSettler settler, TimeProvider clock, ILogger<ErasureSweepFlow> logger)
{
    /// <summary>The most erasures of a run. The next run continues.</summary>
    private const int MostARun = 500;

    private const int AtOnce = 8;

    /// <summary>The delay after a failure, such as a tool that does not answer.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(5);

    /// <summary>Settles the due erasures. A failing one is delayed and stops no other.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var due = await erasures.DueAsync(clock.GetUtcNow(), cancellationToken).Take(MostARun).ToListAsync(cancellationToken);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(due, options, async (row, token) => await TrySettleAsync(row, token));
    }

    private async Task TrySettleAsync(DueErasure due, CancellationToken cancellationToken)
    {
        try
        {
            await settler.SettleAsync(due, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotSettled(logger, due.LeadId, failure.GetType().Name);
            await erasures.MoveAsync(due, clock.GetUtcNow() + RetryAfter, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The erasure of lead {LeadId} could not be settled ({Failure}); a later sweep tries again.")]
        public static partial void NotSettled(ILogger logger, LeadId leadId, string failure);
    }
}
