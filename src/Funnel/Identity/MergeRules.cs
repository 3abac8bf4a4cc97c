using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>Merges two leads of one person. Nothing is summed: the facts of both are folded together.</summary>
public static class MergeRules
{
    /// <summary>Decides which of two leads stays: the one with the smaller id, whichever a tool calls the winner.
    /// Merges arrive in any order, and with this rule the pointers never form a circle.</summary>
    public static (LeadId Survivor, LeadId Merged) Order(LeadId one, LeadId other) =>
        string.CompareOrdinal(one.Value, other.Value) <= 0 ? (one, other) : (other, one);

    /// <summary>Unites the ledgers: handoffs, alerts, silences, writes and breakers. If either lead was handed to the
    /// owner of the united journey, it counts as handed over, and pending handoffs there are superseded.</summary>
    public static JourneyLedger Unite(JourneyState survivor, JourneyState merged, FunnelSettings settings, DateTimeOffset now)
    {
        var (mine, theirs) = (survivor.Ledger, merged.Ledger);
        var facts = survivor.Facts.Values.Concat(merged.Facts.Values).ToList();
        var owner = facts.Count == 0 ? null : JourneyFold.Fold(survivor.LeadId, facts, settings).Owner;
        return mine with
        {
            AnnouncedOwner = theirs.AnnouncedOwner is { } announced && announced == owner ? owner : mine.AnnouncedOwner,
            Handoffs = Unite(mine.Handoffs, theirs.Handoffs, owner, now),
            Alerts =
            [
                .. mine.Alerts.Concat(theirs.Alerts)
                    .GroupBy(alert => alert.Id, (_, same) => same.MaxBy(alert => alert.At)!).OrderBy(alert => alert.At)
                    .ThenBy(alert => alert.Id, StringComparer.Ordinal),
            ],
            Consent = Unite(mine.Consent, theirs.Consent),
            Writes =
            [
                .. mine.Writes.Concat(theirs.Writes)
                    .DistinctBy(write => (write.Connector, write.Record, write.Property, write.Value, write.At)).OrderBy(write => write.At),
            ],
            Breakers =
            [
                .. mine.Breakers.Concat(theirs.Breakers)
                    .GroupBy(breaker => breaker.Property, (_, same) => same.MaxBy(breaker => breaker.OpenedAt)!)
                    .OrderBy(breaker => breaker.Property),
            ],
            Silences =
            [
                .. mine.Silences.Concat(theirs.Silences)
                    .DistinctBy(silence => silence.Id).OrderBy(silence => silence.At).ThenBy(silence => silence.Id, StringComparer.Ordinal),
            ],
        };
    }

    /// <summary>Adds the merged lead's facts to the survivor. Their echoes were decided on arrival, so later writes do
    /// not turn them into echoes or overwrites.</summary>
    public static JourneyDecision TakeOver(
        JourneyState survivor, JourneyState merged, IEnumerable<Fact> facts, FunnelSettings settings, DateTimeOffset now)
    {
        var united = Unite(survivor, merged, settings, now);
        var decision = JourneyRules.Decide(survivor with { Ledger = united with { Writes = [] } }, facts, settings, now);
        return decision with { State = decision.State with { Ledger = decision.State.Ledger with { Writes = united.Writes } } };
    }

    /// <summary>Unites the handoffs, oldest first. The one through which the owner already has the lead comes last,
    /// because the last counts.</summary>
    private static ImmutableArray<Handoff> Unite(
        ImmutableArray<Handoff> mine, ImmutableArray<Handoff> theirs, string? owner, DateTimeOffset now)
    {
        var all = mine.Concat(theirs)
            .GroupBy(handoff => handoff.Id, (_, same) => same.MaxBy(handoff => handoff.SettledAt ?? DateTimeOffset.MinValue)!)
            .OrderBy(handoff => handoff.AnnouncedAt).ThenBy(handoff => handoff.Id, StringComparer.Ordinal)
            .ToList();
        var standing = new[] { mine.LastOrDefault(), theirs.LastOrDefault() }.OfType<Handoff>()
            .Where(last => last.To == owner && last.Delivery is HandoffDelivery.Delivered or HandoffDelivery.TakenUp)
            .MaxBy(last => last.AnnouncedAt);
        return standing is null
            ? [.. all]
            : [.. all.Where(handoff => handoff.Id != standing.Id).Select(handoff => Overtake(handoff, owner, now)), standing];
    }

    /// <summary>Unites the announced consents. A withdrawn opt-out of either may still have to be announced.</summary>
    private static AnnouncedConsent? Unite(AnnouncedConsent? mine, AnnouncedConsent? theirs) =>
        mine is null || theirs is null ? mine ?? theirs
        : (theirs.Email == ConsentState.OptedOut && mine.Email != ConsentState.OptedOut ? theirs : mine)
            with
        { Times = Math.Max(mine.Times, theirs.Times) };

    private static Handoff Overtake(Handoff handoff, string? owner, DateTimeOffset now) =>
        handoff.Delivery == HandoffDelivery.Pending && handoff.To == owner
            ? handoff with { Delivery = HandoffDelivery.Superseded, SettledAt = now } : handoff;
}
