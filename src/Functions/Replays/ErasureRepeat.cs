using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Journeys;

namespace IntegrationHub.Functions.Replays;

/// <summary>Erases again whom a restore of older tables brought back.</summary>
internal sealed class ErasureRepeat(ErasureLedger ledger, ErasureFlow erasure, JourneyReader reader)
{
    private const int LeftoversInRun = 2_000;

    /// <summary>Erases the leads that were erased since a time and have older facts. One whose tombstone a person removed
    /// has later facts only, and stays. Idempotent.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> RunAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var erased = 0;
        await foreach (var (lead, erasedAt) in ledger.SinceAsync(since, cancellationToken))
        {
            if (await reader.LoadAsync(lead, cancellationToken) is { } state
                && state.Facts.Values.Any(fact => fact.ReceivedAt < erasedAt) && await erasure.EraseAsync(lead, cancellationToken))
            {
                erased++;
            }
        }

        return erased;
    }

    /// <summary>Removes entries that no backup needs any more.</summary>
    public Task SweepAsync(CancellationToken cancellationToken) => ledger.RemoveOldAsync(LeftoversInRun, cancellationToken);
}
