using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Keeps what sales gave back, and adds it up for the campaigns.</summary>
public sealed class ReturnFlow(ReturnStore returns, JourneyFlow journeys, FunnelSettings settings)
{
    /// <summary>Keeps the return that an event announces: once, however often it comes. Nothing for other events.</summary>
    public async Task CountAsync(FunnelEvent happened, CancellationToken cancellationToken)
    {
        if (happened is not LeadReturned { HandoffId: var handoffId }
            || await journeys.LoadAsync(happened, cancellationToken) is not { } state || IsErased(state)
            || ReturnRules.Of(state, handoffId, settings) is not { } returned)
        {
            return;
        }

        await returns.KeepAsync(returned, cancellationToken);

        // Whoever was erased meanwhile may have been forgotten before the row was written.
        if (await journeys.LoadAsync(happened.LeadId, cancellationToken) is not { } now || IsErased(now))
        {
            await returns.EraseAsync(happened.LeadId, cancellationToken);
        }
    }

    /// <summary>How often which reason was given, the most frequent first.</summary>
    /// <param name="campaign">The campaign; case does not count. Null for all, and for leads without one.</param>
    /// <param name="from">The beginning, which counts; null for the first return.</param>
    /// <param name="to">The end, which does not; null for the last.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task<IReadOnlyList<ReturnCount>> ReportAsync(string? campaign, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken)
    {
        var kept = await returns.ListAsync(from ?? DateTimeOffset.MinValue, to ?? DateTimeOffset.MaxValue, cancellationToken);
        return ReturnRules.Count(kept.Where(returned => campaign is null || campaign.Equals(returned.Campaign, StringComparison.OrdinalIgnoreCase)));
    }

    private static bool IsErased(JourneyState state) => state.Ledger.ErasedAt is not null || state.Facts.Values.Any(fact => fact is PersonErased);
}
