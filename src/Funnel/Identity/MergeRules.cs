using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>Two leads that turn out to be one person. Nothing is summed: the facts of both are folded as those of one.</summary>
public static class MergeRules
{
    /// <summary>
    /// Which of two leads stays. The order of the ids decides, not whom a tool calls the winner: tools differ about that and merges come in any order, but with this order pointers never form a
    /// circle, and whatever comes first the same lead is left.
    /// </summary>
    public static (LeadId Survivor, LeadId Merged) Order(LeadId one, LeadId other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return string.CompareOrdinal(one.Value, other.Value) <= 0 ? (one, other) : (other, one);
    }

    /// <summary>
    /// What the hub has done about either: handoffs, alerts and silences by id, what was written, and what stopped the writing. A lead that either had handed to the team that owns the united journey counts as handed over, and what
    /// was still on its way there is overtaken.
    /// </summary>
    public static JourneyLedger Unite(JourneyState survivor, JourneyState merged, FunnelSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(survivor);
        ArgumentNullException.ThrowIfNull(merged);
        ArgumentNullException.ThrowIfNull(settings);
        var (mine, theirs) = (survivor.Ledger, merged.Ledger);
        var facts = survivor.Facts.Values.Concat(merged.Facts.Values).ToList();
        var owner = facts.Count == 0 ? null : JourneyFold.Fold(survivor.LeadId, facts, settings).Owner;
        return mine with
        {
            AnnouncedOwner = theirs.AnnouncedOwner is { } announced && announced == owner ? owner : mine.AnnouncedOwner,
            Handoffs = Unite(mine.Handoffs, theirs.Handoffs, owner, now),
            Alerts = [.. mine.Alerts.Concat(theirs.Alerts).GroupBy(alert => alert.Id, (_, same) => same.MaxBy(alert => alert.At)!).OrderBy(alert => alert.At).ThenBy(alert => alert.Id, StringComparer.Ordinal)],
            Consent = Unite(mine.Consent, theirs.Consent),
            Writes = [.. mine.Writes.Concat(theirs.Writes).DistinctBy(write => (write.Connector, write.Record, write.Property, write.Value, write.At)).OrderBy(write => write.At)],
            Breakers = [.. mine.Breakers.Concat(theirs.Breakers).GroupBy(breaker => breaker.Property, (_, same) => same.MaxBy(breaker => breaker.OpenedAt)!).OrderBy(breaker => breaker.Property)],
            Silences = [.. mine.Silences.Concat(theirs.Silences).DistinctBy(silence => silence.Id).OrderBy(silence => silence.At).ThenBy(silence => silence.Id, StringComparer.Ordinal)],
        };
    }

    /// <summary>Adds facts of the merged lead to the one that stays. They were told from the hub's own writes when they came: that the hub has written since does not make them echoes or flips now.</summary>
    public static JourneyDecision TakeOver(JourneyState survivor, JourneyState merged, IEnumerable<Fact> facts, FunnelSettings settings, DateTimeOffset now)
    {
        var united = Unite(survivor, merged, settings, now);
        var decision = JourneyRules.Decide(survivor with { Ledger = united with { Writes = [] } }, facts, settings, now);
        return decision with { State = decision.State with { Ledger = decision.State.Ledger with { Writes = united.Writes } } };
    }

    /// <summary>The handoffs of both, oldest first; the one by which the owner has the lead already comes last, since the last is the one that counts.</summary>
    private static ImmutableArray<Handoff> Unite(ImmutableArray<Handoff> mine, ImmutableArray<Handoff> theirs, string? owner, DateTimeOffset now)
    {
        var all = mine.Concat(theirs)
            .GroupBy(handoff => handoff.Id, (_, same) => same.MaxBy(handoff => handoff.SettledAt ?? DateTimeOffset.MinValue)!)
            .OrderBy(handoff => handoff.AnnouncedAt).ThenBy(handoff => handoff.Id, StringComparer.Ordinal)
            .ToList();
        var standing = new[] { mine.LastOrDefault(), theirs.LastOrDefault() }.OfType<Handoff>()
            .Where(last => last.To == owner && last.Delivery == HandoffDelivery.Delivered)
            .MaxBy(last => last.AnnouncedAt);
        return standing is null
            ? [.. all]
            : [.. all.Where(handoff => handoff.Id != standing.Id).Select(handoff => Overtake(handoff, owner, now)), standing];
    }

    /// <summary>Of an opt-out that either had announced, tools may have to hear that it holds no longer.</summary>
    private static AnnouncedConsent? Unite(AnnouncedConsent? mine, AnnouncedConsent? theirs) =>
        mine is null || theirs is null ? mine ?? theirs
        : (theirs.Email == ConsentState.OptedOut && mine.Email != ConsentState.OptedOut ? theirs : mine) with { Times = Math.Max(mine.Times, theirs.Times) };

    private static Handoff Overtake(Handoff handoff, string? owner, DateTimeOffset now) =>
        handoff.Delivery == HandoffDelivery.Pending && handoff.To == owner ? handoff with { Delivery = HandoffDelivery.Superseded, SettledAt = now } : handoff;
}
