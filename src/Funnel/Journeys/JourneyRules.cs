using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>Decides everything that arriving facts cause for a lead. Pure.</summary>
public static class JourneyRules
{
    /// <summary>Adds the arriving facts, folds, and decides every effect. Without a new fact nothing happens, so a
    /// changed setting takes effect with the lead's next fact.</summary>
    /// <exception cref="ArgumentException">There is no fact at all, neither in <paramref name="state"/> nor in
    /// <paramref name="arriving"/>.</exception>
    public static JourneyDecision Decide(JourneyState state, IEnumerable<Fact> arriving, FunnelSettings settings, DateTimeOffset now)
    {
        var (facts, newFacts, noted, dropped) = WithoutLate(Add(state, arriving, settings, now), state.Facts, settings);
        var ordered = FactOrder.Sort(facts.Values, settings.SystemOfRecord);
        var journey = JourneyFold.FoldOrdered(state.LeadId, ordered, settings);
        if (newFacts.Count == 0)
        {
            return new(state, journey, [], [], StallRules.NextDue(journey, state.Ledger, settings)) { Dropped = dropped };
        }

        var (ledger, events) = journey.Erased ? (state.Ledger, [])
            : newFacts.Any(fact => IsNews(fact, settings)) ? Act(noted, journey, ordered, settings, now)
            : TakeAsKnown(noted, journey, ordered, settings, now);
        return new(state with { Facts = facts, Ledger = ledger }, journey, newFacts, events, StallRules.NextDue(journey, ledger, settings))
        { Dropped = dropped };
    }

    /// <summary>Drops facts about a record after its deletion. Those stored before the deletion was known stay, and
    /// the fold ignores them.</summary>
    private static (
        ImmutableDictionary<string, Fact> Facts, IReadOnlyList<Fact> New, JourneyLedger Ledger, IReadOnlyList<Fact> Dropped) WithoutLate(
        (ImmutableDictionary<string, Fact> Facts, IReadOnlyList<Fact> New, JourneyLedger Ledger) added,
        ImmutableDictionary<string, Fact> known, FunnelSettings settings)
    {
        if (!added.Facts.Values.Any(fact => fact is RecordDeleted or FactsSummed { Records.IsEmpty: false }))
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
        var sums = facts.Values.OfType<FactsSummed>().ToList();
        foreach (var arrived in arriving.Where(fact => facts.ContainsKey(fact.DedupeKey) || !SummingRules.IsKnown(sums, fact.DedupeKey)))
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

    /// <summary>Whether a fact may cause something. The hub's own merge of two old leads is not news.</summary>
    private static bool IsNews(Fact fact, FunnelSettings settings) =>
        !settings.IsBeforeLive(fact.OccurredAt) && (fact is not LeadsMerged || settings.LiveSince is null);

    /// <summary>Notes what facts from before the hub began changed, as if it had been announced. Whatever began since
    /// waits for the lead's next news. Only an opt-out since then is repeated at once for a record found later.</summary>
    private static (JourneyLedger Ledger, IReadOnlyList<FunnelEvent> Events) TakeAsKnown(
        JourneyLedger ledger, Journey journey, Fact[] ordered, FunnelSettings settings, DateTimeOffset now)
    {
        var present = journey.Entries[^1];
        var known = settings.IsBeforeLive(present.EnteredAt)
            ? HandoffRules.Announce(ledger with { PublishedEntry = present }, journey, settings, now).Ledger
            : ledger;
        (known, var consent) = AnnounceConsent(known, journey, now);
        (known, _) = AnnounceProfile(known, journey, settings.WriteBack, now);
        return (known, consent is not null && ConsentRules.SaidAt(ordered) is { } at && !settings.IsBeforeLive(at) ? [consent] : []);
    }

    private static (JourneyLedger Ledger, IReadOnlyList<FunnelEvent> Events) Act(
        JourneyLedger ledger, Journey journey, Fact[] ordered, FunnelSettings settings, DateTimeOffset now)
    {
        var events = new List<FunnelEvent>(4);
        var (published, changed) = Publish(ledger, journey, ordered, settings, now);
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
            // An arriving fact may already have accepted the new handoff, or given it back.
            events.Add(handoff);
            (taken, var returnedAtOnce) = HandoffRules.Follow(announced, journey.LeadId, ordered, settings, now);
            events.AddRange(returnedAtOnce);
        }

        var (settled, resolved) = StallRules.Resolve(taken, journey, now);
        events.AddRange(resolved);
        return (settled, events);
    }

    private static (JourneyLedger Ledger, StageChanged? Event) Publish(
        JourneyLedger ledger, Journey journey, Fact[] ordered, FunnelSettings settings, DateTimeOffset now)
    {
        var (last, present) = (ledger.PublishedEntry, journey.Entries[^1]);
        if (last is not null && (last.Stage, last.EnteredAt) == (present.Stage, present.EnteredAt))
        {
            return (ledger, null);
        }

        if (settings.IsBeforeLive(present.EnteredAt))
        {
            return (ledger with { PublishedEntry = present }, null);
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
            NoNews = OwnWordRules.IsNoNews(
                ledger, journey, SummingRules.Individually(ordered).FirstOrDefault(fact => fact.DedupeKey == present.FactKey),
                settings.WriteBack),
        };
        return (ledger with { PublishedEntry = present, PublishedChanges = ledger.PublishedChanges + 1 }, changed);
    }

    /// <summary>Announces an opt-out, and repeats it for each further record. An agreement is announced only after an
    /// announced opt-out, because no tool has anything to undo before.</summary>
    private static (JourneyLedger Ledger, ConsentAnnounced? Event) AnnounceConsent(
        JourneyLedger ledger, Journey journey, DateTimeOffset now)
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

    /// <summary>Announces a change of synced properties, or an opened breaker, which ops must be notified of.</summary>
    private static (JourneyLedger Ledger, ProfileAnnounced? Event) AnnounceProfile(
        JourneyLedger ledger, Journey journey, WriteBackPolicy policy, DateTimeOffset now)
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

    /// <summary>Returns an empty text when there is nothing to announce.</summary>
    private static string Fingerprint(Journey journey, IReadOnlyCollection<SyncLoopBreaker> breakers, WriteBackPolicy policy)
    {
        var profile = LeadProfile.Properties.Where(policy.InStep.Contains).Select(journey.Profile.Of).ToList();
        return profile.TrueForAll(value => value is null) && breakers.Count == 0
            ? ""
            : CauseId.Of(
                "profile", [journey.LeadId, .. profile, .. RecordsOf(journey), .. breakers.Select(breaker => (object)breaker.OpenedAt)]);
    }

    private static IEnumerable<string> RecordsOf(Journey journey) =>
        journey.Identities.Where(key => key.Kind == IdentityKind.Person).Select(key => key.Canonical);
}

/// <summary>The effect of arriving facts.</summary>
/// <param name="State">The state to save.</param>
/// <param name="NewFacts">The facts to store: new ones, and those that replace a fact with the same dedupe key because
/// they are earlier. Storing upserts them.</param>
/// <param name="Events">The events to publish, in order.</param>
/// <param name="NextDue">When the lead is due for its next stall check; null for never.</param>
public sealed record JourneyDecision(
    JourneyState State, Journey Journey, IReadOnlyList<Fact> NewFacts, IReadOnlyList<FunnelEvent> Events, DateTimeOffset? NextDue)
{
    /// <summary>Gets the facts that were dropped because their record was deleted before.</summary>
    public IReadOnlyList<Fact> Dropped { get; init; } = [];

    public bool Changed => NewFacts.Count > 0;
}
