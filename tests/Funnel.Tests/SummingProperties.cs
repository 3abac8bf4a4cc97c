using System.Collections.Immutable;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace IntegrationHub.Funnel.Tests;

/// <summary>What holds wherever the facts of a lead are cut and the older ones are summed up.</summary>
public sealed class SummingProperties
{
    private static readonly FunnelSettings Settings = Given.Settings
        .With(FunnelStage.Interest, stallAfter: TimeSpan.FromMinutes(7), acceptWithin: TimeSpan.FromMinutes(3))
        .With(FunnelStage.Evaluation, stallAfter: TimeSpan.FromMinutes(9), acceptWithin: TimeSpan.FromMinutes(4));

    private static readonly FunnelSettings LiveSince = Settings with { LiveSince = Given.Start.AddMinutes(15) };

    private static readonly DateTimeOffset Now = Given.Start.AddDays(1);

    [Fact]
    public void A_sum_and_the_later_facts_are_the_journey_of_all_wherever_they_are_cut() => Holds((facts, seed) =>
    {
        var all = WithPast(facts, seed);
        foreach (var settings in new[] { Settings, LiveSince })
        {
            var whole = JourneyFold.Fold(Given.Lead, all, settings);
            var state = Chosen(all);
            for (var cut = 1; cut <= Summable(all); cut++)
            {
                AssertSame(whole, Fold(SummingRules.Sum(Given.Lead, state, cut, settings), settings));
            }
        }
    }, sets: 150);

    [Fact]
    public void A_sum_of_sums_is_the_journey_of_all() => Holds((facts, seed) =>
    {
        var all = WithPast(facts, seed);
        var random = new Random(seed);
        var state = Chosen(all);
        while (Summable(state.Values) is > 1 and var left)
        {
            state = SummingRules.Sum(Given.Lead, state, random.Next(2, left + 1), Settings);
            AssertSame(JourneyFold.Fold(Given.Lead, all, Settings), Fold(state, Settings));
        }
    }, sets: 200);

    [Fact]
    public void A_sum_survives_its_row() => Holds((facts, seed) =>
    {
        var all = WithPast(facts, seed);
        if (Summable(all) == 0)
        {
            return;
        }

        var state = SummingRules.Sum(Given.Lead, Chosen(all), (Summable(all) + 1) / 2, Settings);
        var stored = state.Values.Where(fact => fact is not UnknownFact).Select(fact => JsonSerializer.Deserialize<Fact>(JsonSerializer.Serialize(fact))!);

        AssertSame(JourneyFold.Fold(Given.Lead, all, Settings), JourneyFold.Fold(Given.Lead, stored.Concat(state.Values.OfType<UnknownFact>()), Settings));
    });

    [Fact]
    public void Facts_in_the_order_of_time_end_in_the_same_journey_whatever_the_limit() => Holds((facts, seed) =>
    {
        var ordered = FactOrder.Sort(All(facts).Values, Settings.SystemOfRecord);
        var whole = JourneyFold.Fold(Given.Lead, ordered, Settings);
        foreach (var most in new[] { 2, 5, 20 })
        {
            var state = Deliver(AnyFacts.Deliveries(ordered, seed), most);

            AssertSame(whole, Fold(state.Facts, Settings));
            Assert.InRange(Summable(state.Facts.Values), 0, most);
        }
    });

    [Fact]
    public void A_summed_fact_that_comes_again_changes_nothing() => Holds((facts, seed) =>
    {
        Fact[] distinct = [.. All(facts).Values];
        var state = Deliver(AnyFacts.Deliveries(distinct, seed), 6);

        var again = JourneyRules.Decide(state, AnyFacts.Redelivered(distinct, seed), Settings, Now);

        Assert.Same(state, again.State);
    });

    /// <summary>The keys are known for the latest only: what is older comes again as a late fact, and is harmless. One of the very instant of
    /// the sum cannot be told from a later one, and may count again.</summary>
    [Fact]
    public void A_summed_fact_whose_key_is_forgotten_changes_no_journey_when_it_comes_again() => Holds((facts, seed) =>
    {
        var ordered = FactOrder.Sort(All(facts).Values.Where(fact => fact is not UnknownFact), Settings.SystemOfRecord);
        if (Summable(ordered) == 0)
        {
            return;
        }

        var sum = SummingRules.Sum(Given.Lead, All(ordered), Math.Max(1, Summable(ordered) / 2), Settings);
        var forgotten = sum.ToImmutableDictionary(fact => fact.Key, fact => fact.Value is FactsSummed known ? known with { Known = default } : fact.Value);
        var before = Fold(sum, Settings);

        var summedAt = sum.Values.OfType<FactsSummed>().Single().OccurredAt;
        foreach (var fact in ordered.Where(fact => fact.OccurredAt != summedAt))
        {
            var again = Fold(forgotten.SetItem(fact.DedupeKey, fact), Settings);

            Assert.Equal((before.Stage, before.EnteredAt, before.EmailConsent), (again.Stage, again.EnteredAt, again.EmailConsent));
            Assert.Equal(before.Entries.AsEnumerable(), again.Entries);
            Assert.Equal(before.Identities.AsEnumerable(), again.Identities);
            Assert.Equal(before.Profile, again.Profile);
            Assert.Equal(before.Deals.AsEnumerable(), again.Deals);
        }
    });

    [Fact]
    public void Late_facts_never_lose_consent_keys_or_an_erasure_in_whatever_order_they_come() => Holds((facts, seed) =>
    {
        var counted = facts.Where(fact => fact is not (RecordDeleted or RecordRestored)).ToArray();
        if (counted.Length == 0)
        {
            return;
        }

        var random = new Random(seed);
        random.Shuffle(counted);
        var chosen = JourneyRules.Decide(JourneyState.New(Given.Lead), counted, Settings, Now).State.Facts.Values;
        var whole = JourneyFold.Fold(Given.Lead, chosen, Settings);
        var late = Fold(Deliver(AnyFacts.Deliveries([.. chosen.OrderBy(_ => random.Next())], seed), 4).Facts, Settings);

        // Facts of one instant have an order between tools that a sum does not keep.
        if (chosen.OfType<ConsentChanged>().Select(fact => fact.OccurredAt.UtcTicks).Distinct().Count() == chosen.OfType<ConsentChanged>().Count())
        {
            Assert.Equal(whole.EmailConsent, late.EmailConsent);
        }

        Assert.Equal(whole.Erased, late.Erased);
        Assert.Subset(FactKeys.Of(chosen).ToHashSet(), late.Identities.ToHashSet());
    });

    [Fact]
    public void Every_key_that_a_summed_fact_named_is_there_for_an_erasure() => Holds((facts, _) =>
    {
        var state = All(facts);

        for (var cut = 1; cut <= Summable(state.Values); cut++)
        {
            var sum = SummingRules.Sum(Given.Lead, state, cut, Settings);
            Assert.Equal(FactKeys.Of(state.Values).Select(key => key.Canonical).Order(), FactKeys.Of(sum.Values).Select(key => key.Canonical).Order());
            Assert.Equal(state.Values.OfType<LeadsMerged>().Count(), sum.Values.OfType<LeadsMerged>().Count());
        }
    });

    private static JourneyState Deliver(IEnumerable<Fact[]> deliveries, int most)
    {
        var (state, settings) = (JourneyState.New(Given.Lead), Settings with { FactsPerLead = most });
        foreach (var delivery in deliveries)
        {
            state = SummingRules.Within(JourneyRules.Decide(state, delivery, settings, Now).State, settings);
        }

        return state;
    }

    /// <summary>Some facts as read at first meeting, so that stays become news when a tool reports them too.</summary>
    private static Fact[] WithPast(Fact[] facts, int seed)
    {
        var random = new Random(seed);
        return [.. JourneyRules.Decide(JourneyState.New(Given.Lead), facts, Settings, Now).State.Facts.Values.Select(fact =>
            random.Next(3) == 0 ? fact with { Past = true } : random.Next(4) == 0 ? fact with { About = IdentityKey.Person(Given.HubSpot, "1"), ShowsRecord = random.Next(2) == 0 } : fact)];
    }

    private static ImmutableDictionary<string, Fact> Chosen(Fact[] distinct) => distinct.ToImmutableDictionary(fact => fact.DedupeKey);

    private static ImmutableDictionary<string, Fact> All(IEnumerable<Fact> facts) =>
        JourneyRules.Decide(JourneyState.New(Given.Lead), facts, Settings, Now).State.Facts;

    private static int Summable(IEnumerable<Fact> facts) =>
        facts.Where(fact => fact is not (LeadsMerged or UnknownFact)).DistinctBy(fact => fact.DedupeKey).Count();

    private static Journey Fold(ImmutableDictionary<string, Fact> facts, FunnelSettings settings) => JourneyFold.Fold(Given.Lead, facts.Values, settings);

    private static void AssertSame(Journey expected, Journey actual)
    {
        Assert.Equal(expected.Entries.AsEnumerable(), actual.Entries);
        Assert.Equal(expected.Deals.AsEnumerable(), actual.Deals);
        Assert.Equal(expected.Profile, actual.Profile);
        Assert.Equal(expected.Pauses.AsEnumerable(), actual.Pauses);
        Assert.Equal((expected.WatchedFrom, expected.Hash), (actual.WatchedFrom, actual.Hash));
    }

    private static void Holds(Action<Fact[], int> property, int sets = 500) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(sets).WithEndSize(60), Prop.ForAll(AnyFacts.Sets, set => property(WithoutLateWithdrawals(set.Facts), set.Seed)));

    /// <summary>A touch that is summed up stays counted when a tool takes it back later.</summary>
    private static Fact[] WithoutLateWithdrawals(Fact[] facts)
    {
        var chosen = FactOrder.Sort(facts, Settings.SystemOfRecord);
        return [.. facts.Where(fact => fact is not TouchWithdrawn withdrawn || !chosen.OfType<CampaignTouched>().Any(touch =>
            (touch.Connector, touch.TouchId) == (fact.Connector, withdrawn.TouchId) && touch.OccurredAt <= fact.OccurredAt))];
    }
}
