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
        var (facts, newFacts, noted, dropped) = WithoutLate(Add(state, arriving, settings, now), state.Facts, settings);
        var ordered = FactOrder.Sort(facts.Values, settings.SystemOfRecord);
        var journey = JourneyFold.FoldOrdered(state.LeadId, ordered, settings);
        if (newFacts.Count == 0)
        {
            return new(state, journey, [], [], StallRules.NextDue(journey, state.Ledger, settings)) { Dropped = dropped };
        }

        var (ledger, events) = journey.Erased ? (state.Ledger, []) : Act(noted, journey, ordered, settings, now);
        return new(state with { Facts = facts, Ledger = ledger }, journey, newFacts, events, StallRules.NextDue(journey, ledger, settings)) { Dropped = dropped };
    }

    /// <summary>What is told of a record after its deletion is not even kept. Those that came before the deletion was known stay; the fold passes over them.</summary>
    private static (ImmutableDictionary<string, Fact> Facts, IReadOnlyList<Fact> New, JourneyLedger Ledger, IReadOnlyList<Fact> Dropped) WithoutLate(
        (ImmutableDictionary<string, Fact> Facts, IReadOnlyList<Fact> New, JourneyLedger Ledger) added, ImmutableDictionary<string, Fact> known, FunnelSettings settings)
    {
        if (!added.Facts.Values.Any(fact => fact is RecordDeleted))
        {
            return (added.Facts, added.New, added.Ledger, []);
        }

        var late = RecordFold.Late(FactOrder.Sort(added.Facts.Values, settings.SystemOfRecord));
        var dropped = added.New.Where(fact => late.Contains(fact.DedupeKey) && !known.ContainsKey(fact.DedupeKey)).ToList();
        return (added.Facts.RemoveRange(dropped.Select(fact => fact.DedupeKey)), [.. added.New.Except(dropped)], added.Ledger, dropped);
    }

    private static (ImmutableDictionary<string, Fact> Facts, IReadOnlyList<Fact> New, JourneyLedger Ledger) Add(
        JourneyState state, IEnumerable<Fact> arriving, FunnelSettings settings, DateTimeOffset now)
    {
        var (facts, ledger) = (state.Facts, state.Ledger);
        var changed = new List<string>();
        foreach (var arrived in arriving)
        {
            var fact = arrived;
            if (facts.TryGetValue(fact.DedupeKey, out var there))
            {
                fact = FactOrder.Choose(there, fact);
            }
            else
            {
                (ledger, fact) = EchoRules.Take(ledger, fact, settings.WriteBack, now);
            }

            if (!ReferenceEquals(fact, there))
            {
                facts = facts.SetItem(fact.DedupeKey, fact);
                changed.Add(fact.DedupeKey);
            }
        }

        return (facts, [.. changed.Distinct(StringComparer.Ordinal).Select(key => facts[key])], ledger);
    }

    private static (JourneyLedger Ledger, IReadOnlyList<FunnelEvent> Events) Act(
        JourneyLedger ledger, Journey journey, Fact[] ordered, FunnelSettings settings, DateTimeOffset now)
    {
        var events = new List<FunnelEvent>(4);
        var (published, changed) = Publish(ledger, journey, ordered, settings.WriteBack, now);
        (published, var consent) = AnnounceConsent(published, journey, now);
        (published, var profile) = AnnounceProfile(published, journey, settings.WriteBack, now);
        var (followed, returned) = HandoffRules.Follow(published, journey.LeadId, ordered, settings, now);
        var (announced, handoff) = HandoffRules.Announce(followed, journey, settings, now);
        // An opt-out goes before everything else.
        events.AddRange(new FunnelEvent?[] { consent, changed, profile }.OfType<FunnelEvent>());
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

    private static (JourneyLedger Ledger, StageChanged? Event) Publish(
        JourneyLedger ledger, Journey journey, Fact[] ordered, WriteBackPolicy policy, DateTimeOffset now)
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
            NoNews = OwnWordRules.IsNoNews(ledger, journey, ordered.FirstOrDefault(fact => fact.DedupeKey == present.FactKey), policy),
        };
        return (ledger with { PublishedEntry = present, PublishedChanges = ledger.PublishedChanges + 1 }, changed);
    }

    /// <summary>
    /// An opt-out is announced, and again when a further record of the person comes to be known; an agreement only after an announced opt-out: before that no tool has anything to take back.
    /// </summary>
    private static (JourneyLedger Ledger, ConsentAnnounced? Event) AnnounceConsent(JourneyLedger ledger, Journey journey, DateTimeOffset now)
    {
        var (consent, last) = (journey.EmailConsent, ledger.Consent);
        var records = consent == ConsentState.OptedOut ? CauseId.Of("records", [.. RecordsOf(journey)]) : "";
        if (consent == last?.Email ? records == last.Records : consent != ConsentState.OptedOut && last?.Email != ConsentState.OptedOut)
        {
            return (ledger, null);
        }

        var announced = new AnnouncedConsent(consent, records, (last?.Times ?? 0) + 1);
        var id = CauseId.Of("consentAnnounced", journey.LeadId, announced.Times, announced.Email);
        return (ledger with { Consent = announced }, new() { Id = id, LeadId = journey.LeadId, At = now, Team = journey.Owner });
    }

    /// <summary>A change of what tools are kept in step with is announced, and that a breaker has opened, which somebody has to be told.</summary>
    private static (JourneyLedger Ledger, ProfileAnnounced? Event) AnnounceProfile(JourneyLedger ledger, Journey journey, WriteBackPolicy policy, DateTimeOffset now)
    {
        if (policy.InStep.IsEmpty && ledger.Breakers.IsEmpty)
        {
            return (ledger, null);
        }

        var fingerprint = Fingerprint(journey, ledger.Breakers, policy);
        if (fingerprint == (ledger.Profile?.Fingerprint ?? ""))
        {
            return (ledger, null);
        }

        var announced = new AnnouncedProfile(fingerprint, (ledger.Profile?.Times ?? 0) + 1);
        var id = CauseId.Of("profileAnnounced", journey.LeadId, announced.Times, fingerprint);
        return (ledger with { Profile = announced }, new() { Id = id, LeadId = journey.LeadId, At = now, Team = journey.Owner });
    }

    /// <summary>Empty while there is nothing to tell anybody.</summary>
    private static string Fingerprint(Journey journey, IReadOnlyCollection<SyncLoopBreaker> breakers, WriteBackPolicy policy)
    {
        var profile = LeadProfile.Properties.Where(policy.InStep.Contains).Select(journey.Profile.Of).ToList();
        return profile.TrueForAll(value => value is null) && breakers.Count == 0
            ? ""
            : CauseId.Of("profile", [journey.LeadId, .. profile, .. RecordsOf(journey), .. breakers.Select(breaker => (object)breaker.OpenedAt)]);
    }

    private static IEnumerable<string> RecordsOf(Journey journey) => journey.Identities.Where(key => key.Kind == IdentityKind.Person).Select(key => key.Canonical);
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
    /// <summary>Gets the facts that are not kept, since they tell of a record after its deletion.</summary>
    public IReadOnlyList<Fact> Dropped { get; init; } = [];

    /// <summary>Gets a value indicating whether there is anything to save.</summary>
    public bool Changed => NewFacts.Count > 0;
}
