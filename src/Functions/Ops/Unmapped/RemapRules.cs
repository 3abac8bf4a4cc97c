using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Ops.Unmapped;

/// <summary>Applies a newly mapped stage to the leads that wait for it. Pure.</summary>
internal static class RemapRules
{
    /// <summary>Returns the change as if the map had known the stage from the start; null when the
    /// lead has nothing to remap.</summary>
    public static JourneyChange? Remap(
        JourneyState state, UnmappedStageReport stage, StageMapKind map, DealStageMeaning meaning, FunnelSettings settings,
        DateTimeOffset now)
    {
        var deals = state.Facts.Values.OfType<DealChanged>()
            .Where(deal => IsOf(deal, stage) && deal.Stage is null && deal.Status is null or DealStatus.Open)
            .ToList();
        var ofDeals = deals.Select(EventOf).ToHashSet(StringComparer.Ordinal);
        var claims = state.Facts.Values.OfType<StageClaimed>()
            .Where(claim => IsOf(claim, stage) && claim.Stage is null && ofDeals.Contains(EventOf(claim)) == (map == StageMapKind.Deal))
            .ToList();
        List<Fact> mapped = map == StageMapKind.Deal
            ? [.. deals.Select(deal => deal with { Status = meaning.Status, Stage = meaning.Stage })]
            : [.. claims.Select(claim => claim with { Stage = meaning.Stage })];
        if (mapped.Count == 0)
        {
            return null;
        }

        var without = state with { Facts = state.Facts.RemoveRange(claims.Concat<Fact>(mapped).Select(fact => fact.DedupeKey)) };
        var decision = JourneyRules.Decide(without, mapped, settings, now);
        return new(decision.State, decision.Events);
    }

    private static bool IsOf(Fact fact, UnmappedStageReport stage) =>
        fact.Connector == stage.Connector && string.Equals(fact.Raw, stage.Raw, StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns the event key, which is the part of a fact's key before the hash sign.</summary>
    private static string EventOf(Fact fact) => fact.DedupeKey[..Math.Max(0, fact.DedupeKey.LastIndexOf('#'))];
}
