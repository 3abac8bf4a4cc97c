using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Stores returns and counts them by campaign.</summary>
internal sealed class ReturnFlow(ReturnStore returns, JourneyFlow journeys, FunnelSettings settings)
{
    /// <summary>Stores the return of an event. Idempotent; a no-op for other events.</summary>
    public async Task CountAsync(FunnelEvent happened, CancellationToken cancellationToken)
    {
        if (happened is not LeadReturned { HandoffId: var handoffId }
            || await journeys.LoadAsync(happened, cancellationToken) is not { } state || IsErased(state)
            || ReturnRules.Of(state, handoffId, settings) is not { } returned)
        {
            return;
        }

        await returns.SaveAsync(returned, cancellationToken);

        // An erasure meanwhile may have run before the row was written.
        if (await journeys.LoadAsync(happened.LeadId, cancellationToken) is not { } now || IsErased(now))
        {
            await returns.EraseAsync(happened.LeadId, cancellationToken);
        }
    }

    /// <summary>Counts the reasons of a page of returns, most frequent first. The counts of several pages add up.</summary>
    /// <param name="campaign">The campaign, ignoring case; null for all leads.</param>
    /// <param name="from">The start, inclusive; null for the first return.</param>
    /// <param name="to">The end, exclusive; null for the last.</param>
    public async Task<ListPage<ReturnCount>> ReportAsync(
        string? campaign, DateTimeOffset? from, DateTimeOffset? to, PageRequest page, CancellationToken cancellationToken)
    {
        var kept = await returns.ListAsync(from ?? DateTimeOffset.MinValue, to ?? DateTimeOffset.MaxValue, page, cancellationToken);
        return new(
            ReturnRules.Count(kept.Items.Where(
                returned => campaign is null || campaign.Equals(returned.Campaign, StringComparison.OrdinalIgnoreCase))),
            kept.Next);
    }

    private static bool IsErased(JourneyState state) =>
        state.Ledger.ErasedAt is not null || state.Facts.Values.Any(fact => fact is PersonErased);
}
