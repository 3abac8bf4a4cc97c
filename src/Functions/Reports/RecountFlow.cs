using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Reports;

/// <summary>Lets leads say again what they add, a page at a time, after a setting changed. A lead that adds what it
/// added before is read only; another one is saved, and counted by its event as any other.</summary>
internal sealed class RecountFlow(JourneyWalk walk, JourneyFlow journeys, FunnelSettings settings, TimeProvider clock)
{
    private const int PerPage = 100;

    /// <summary>Looks at a page of leads.</summary>
    /// <param name="after">The end of the page before; null for the first.</param>
    public async Task<RecountReport> RunAsync(string? after, CancellationToken cancellationToken)
    {
        var page = await walk.ReadAllAsync(after, PerPage, cancellationToken);
        var changed = await Task.WhenAll(page.Items.Select(lead => RecountAsync(lead, cancellationToken)));
        return new(page.Items.Count, changed.Count(each => each), page.Next);
    }

    private async Task<bool> RecountAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var isChanged = false;
        await journeys.UpdateStoredAsync(
            leadId,
            state =>
            {
                var change = Decide(state);
                isChanged = change is not null;
                return change;
            },
            cancellationToken);
        return isChanged;
    }

    private JourneyChange? Decide(JourneyState state)
    {
        if (state.Facts.IsEmpty)
        {
            return null;
        }

        var journey = JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);
        var (noted, changed) = TallyRules.Note(state, journey, settings, clock.GetUtcNow());
        return changed is null ? null : new(noted, [changed]);
    }
}

/// <summary>What a page of a recount did.</summary>
/// <param name="Leads">The leads that were looked at.</param>
/// <param name="Changed">Those that add something else now.</param>
/// <param name="Next">Where the next page begins; null after the last.</param>
internal sealed record RecountReport(int Leads, int Changed, string? Next);
