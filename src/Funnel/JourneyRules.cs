using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>Moves one lead by what arrived: the whole decision, as a pure function.</summary>
public static class JourneyRules
{
    /// <summary>
    /// Adds the arriving facts, folds, and decides every effect. Facts already there change nothing, and where nothing is new nothing happens: a changed
    /// setting takes effect with the lead's next fact.
    /// </summary>
    /// <exception cref="ArgumentException">There is no fact at all, neither in <paramref name="state"/> nor in <paramref name="arriving"/>.</exception>
    public static JourneyDecision Decide(JourneyState state, IEnumerable<Fact> arriving, FunnelSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(arriving);
        ArgumentNullException.ThrowIfNull(settings);
        var (facts, newFacts) = Add(state.Facts, arriving);
        var ordered = FactOrder.Sort(facts.Values, settings.SystemOfRecord);
        var journey = JourneyFold.FoldOrdered(state.LeadId, ordered, settings);
        if (newFacts.Count == 0)
        {
            return new(state, journey, [], [], StallRules.NextDue(journey, state.Ledger, settings));
        }

        var (ledger, events) = journey.Erased ? (state.Ledger, []) : Act(state.Ledger, journey, ordered, settings, now);
        return new(state with { Facts = facts, Ledger = ledger }, journey, newFacts, events, StallRules.NextDue(journey, ledger, settings));
    }

    private static (ImmutableDictionary<string, Fact> Facts, IReadOnlyList<Fact> New) Add(ImmutableDictionary<string, Fact> known, IEnumerable<Fact> arriving)
    {
        var facts = known;
        var changed = new List<string>();
        foreach (var fact in arriving)
        {
            var chosen = facts.TryGetValue(fact.DedupeKey, out var there) ? FactOrder.Choose(there, fact) : fact;
            if (!ReferenceEquals(chosen, there))
            {
                facts = facts.SetItem(fact.DedupeKey, chosen);
                changed.Add(fact.DedupeKey);
            }
        }

        return (facts, [.. changed.Distinct(StringComparer.Ordinal).Select(key => facts[key])]);
    }

    private static (JourneyLedger Ledger, IReadOnlyList<FunnelEvent> Events) Act(
        JourneyLedger ledger, Journey journey, Fact[] ordered, FunnelSettings settings, DateTimeOffset now)
    {
        var events = new List<FunnelEvent>(3);
        var (published, changed) = Publish(ledger, journey, now);
        var (followed, returned) = HandoffRules.Follow(published, journey.LeadId, ordered, settings, now);
        var (announced, handoff) = HandoffRules.Announce(followed, journey, settings, now);
        if (changed is not null)
        {
            events.Add(changed);
        }

        events.AddRange(returned);
        var taken = announced;
        if (handoff is not null)
        {
            // What arrived may have taken up the new handoff, or given it back, already.
            events.Add(handoff);
            (taken, var returnedAtOnce) = HandoffRules.Follow(announced, journey.LeadId, ordered, settings, now);
            events.AddRange(returnedAtOnce);
        }

        var (settled, resolved) = StallRules.Resolve(taken, journey, now);
        events.AddRange(resolved);
        return (settled, events);
    }

    private static (JourneyLedger Ledger, StageChanged? Event) Publish(JourneyLedger ledger, Journey journey, DateTimeOffset now)
    {
        var (last, present) = (ledger.PublishedEntry, journey.Entries[^1]);
        if (last is not null && (last.Stage, last.EnteredAt) == (present.Stage, present.EnteredAt))
        {
            return (ledger, null);
        }

        var changed = new StageChanged
        {
            Id = CauseId.Of("stageChanged", journey.LeadId, ledger.PublishedChanges + 1, present.Stage, present.EnteredAt),
            LeadId = journey.LeadId,
            At = now,
            Team = journey.Owner,
            From = last?.Stage,
            To = present.Stage,
            Connector = present.Connector,
        };
        return (ledger with { PublishedEntry = present, PublishedChanges = ledger.PublishedChanges + 1 }, changed);
    }
}

/// <summary>What arriving facts came to.</summary>
/// <param name="State">The state to keep.</param>
/// <param name="Journey">The journey as it is now.</param>
/// <param name="NewFacts">
/// The facts to be stored: those that were not there before, and those that take the place of one with the same dedupe key and other content (the earlier
/// one counts, whichever came first), so storing is inserting or replacing.
/// </param>
/// <param name="Events">What is to be published, in order.</param>
/// <param name="NextDue">When the lead is next to be looked at for a stall; null for never.</param>
public sealed record JourneyDecision(JourneyState State, Journey Journey, IReadOnlyList<Fact> NewFacts, IReadOnlyList<FunnelEvent> Events, DateTimeOffset? NextDue)
{
    /// <summary>Gets a value indicating whether there is anything to save.</summary>
    public bool Changed => NewFacts.Count > 0;
}
