using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>The result of a decision about an erasure.</summary>
internal enum ErasureDecision
{
    Done,

    /// <summary>The lead has no open erasure.</summary>
    Unknown,

    /// <summary>The lead is destroyed right now, or waits for no decision.</summary>
    TooLate,
}

/// <summary>The result of cancelling many erasures.</summary>
/// <param name="Matched">How many matched.</param>
/// <param name="Cancelled">How many of them were restored; 0 for a dry run.</param>
/// <param name="Capped">Whether more may match, because one run has a limit. The next run continues.</param>
internal sealed record ErasureCancelReport(int Matched, int Cancelled, bool DryRun, bool Capped);

/// <summary>Carries out what people decide about open erasures.</summary>
internal sealed class ErasureDecisionFlow(ErasureStore erasures, ErasureSettler settler, NoticeStore notices, TimeProvider clock)
{
    private const int Page = 200, AtOnce = 8;

    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(45);

    /// <summary>Restores a lead.</summary>
    public Task<ErasureDecision> CancelAsync(LeadId leadId, CancellationToken cancellationToken) => DecideAsync(
        leadId,
        erasure => erasure.State == ErasureState.Destroying ? null : erasure with { State = ErasureState.Cancelled },
        cancellationToken);

    /// <summary>Confirms an erasure that waits for a person.</summary>
    public Task<ErasureDecision> ConfirmAsync(LeadId leadId, CancellationToken cancellationToken) => DecideAsync(
        leadId,
        erasure => erasure.State == ErasureState.Undecided ? erasure with { State = ErasureState.Confirmed } : null,
        cancellationToken);

    /// <summary>Restores all leads that match, or counts them.</summary>
    public async Task<ErasureCancelReport> CancelAsync(ErasureFilter filter, bool dryRun, CancellationToken cancellationToken)
    {
        var (started, matched, cancelled) = (clock.GetTimestamp(), 0, 0);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        string? next = "";
        while (next is not null && clock.GetElapsedTime(started) < LongestRun)
        {
            (var page, next) = await erasures.PageAsync(filter, Page, next, cancellationToken);
            matched += page.Count;
            await Parallel.ForEachAsync(dryRun ? [] : page, options, async (erasure, token) =>
            {
                if (await CancelAsync(erasure.LeadId, token) == ErasureDecision.Done)
                {
                    Interlocked.Increment(ref cancelled);
                }
            });
        }

        return new(matched, cancelled, dryRun, next is not null);
    }

    /// <summary>Stores a decision, then carries it out. The index gets a row first, so that a sweep completes what a crash
    /// left.</summary>
    private async Task<ErasureDecision> DecideAsync(
        LeadId leadId, Func<OpenErasure, OpenErasure?> decide, CancellationToken cancellationToken)
    {
        while (await erasures.FindAsync(leadId, cancellationToken) is { } erasure)
        {
            if (decide(erasure) is not { } decided)
            {
                return ErasureDecision.TooLate;
            }

            var due = await erasures.WatchAsync(leadId, clock.GetUtcNow(), cancellationToken);
            if (await erasures.SaveAsync(decided, cancellationToken) is not null)
            {
                await settler.SettleAsync(due, cancellationToken);
                await notices.CloseAsync(ErasureSettler.UndecidedKey, cancellationToken);
                return ErasureDecision.Done;
            }
        }

        return ErasureDecision.Unknown;
    }
}
