using FsCheck;
using FsCheck.Fluent;

namespace IntegrationHub.Funnel.Tests;

/// <summary>What holds for every set of facts whatever.</summary>
public sealed class JourneyProperties
{
    private static readonly FunnelSettings Settings = Given.Settings
        .With(FunnelStage.Interest, stallAfter: TimeSpan.FromMinutes(7), acceptWithin: TimeSpan.FromMinutes(3))
        .With(FunnelStage.Evaluation, stallAfter: TimeSpan.FromMinutes(9), acceptWithin: TimeSpan.FromMinutes(4));

    private static readonly DateTimeOffset Now = Given.Start.AddDays(1);

    /// <summary>The guard itself: what holds for every set says nothing of a kind that no set has.</summary>
    [Fact]
    public void Sets_hold_facts_of_every_kind_with_ties_between_tools_and_colliding_keys()
    {
        var sets = AnyFacts.Sets.Generator.Sample(200, 60).Select(set => set.Facts).ToList();
        var kinds = typeof(Fact).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Fact)) && type != typeof(FactsSummed));

        Assert.Empty(kinds.Except(sets.SelectMany(facts => facts).Select(fact => fact.GetType())));
        Assert.Contains(sets, facts => facts.Any(fact => fact.Connector == Settings.SystemOfRecord && facts.Any(other => other.Connector != fact.Connector && other.OccurredAt == fact.OccurredAt)));
        Assert.Contains(sets, facts => facts.GroupBy(fact => fact.DedupeKey).Any(same => same.Distinct().Count() > 1));
    }

    [Fact]
    public void Every_order_of_a_few_facts_is_the_same_journey() => Holds((facts, _) =>
    {
        var few = facts.Take(5).ToArray();
        var hash = JourneyFold.Fold(Given.Lead, few, Settings).Hash;

        Assert.All(Orders(few), order => Assert.Equal(hash, JourneyFold.Fold(Given.Lead, order, Settings).Hash));
    }, sets: 60);

    [Fact]
    public void Facts_of_a_newer_build_change_nothing_beside_known_ones() => Holds((facts, _) =>
    {
        var known = facts.Where(fact => fact is not UnknownFact).ToArray();
        var others = facts.OfType<UnknownFact>().Where(fact => known.All(other => other.DedupeKey != fact.DedupeKey));

        Assert.Equal(known.Length == 0 ? null : JourneyFold.Fold(Given.Lead, known, Settings).Hash, known.Length == 0 ? null : JourneyFold.Fold(Given.Lead, [.. known, .. others], Settings).Hash);
    });

    [Fact]
    public void Order_and_repetition_of_facts_change_nothing() => Holds((facts, seed) =>
    {
        var journey = JourneyFold.Fold(Given.Lead, facts, Settings);
        var again = JourneyFold.Fold(Given.Lead, AnyFacts.Redelivered(facts, seed), Settings);

        Assert.Equal(journey.Hash, again.Hash);
        Assert.Equal(journey.Stage, again.Stage);
        Assert.Equal(journey.Entries.AsEnumerable(), again.Entries);
        Assert.Equal(Dwell(journey), Dwell(again));
        Assert.Equal(journey.Deals.AsEnumerable(), again.Deals);
        Assert.Equal(journey.Profile, again.Profile);
        Assert.Equal(journey.EmailConsent, again.EmailConsent);
        Assert.Equal(journey.Identities.AsEnumerable(), again.Identities);
        Assert.Equal(journey.Pauses.AsEnumerable(), again.Pauses);
        Assert.Equal(journey.Held.AsEnumerable(), again.Held);
        Assert.Equal(StallRules.DeadlineOf(journey, Settings), StallRules.DeadlineOf(again, Settings));
    });

    [Fact]
    public void Deliveries_in_any_order_end_in_the_journey_of_the_whole_set() => Holds((facts, seed) =>
    {
        var state = JourneyState.New(Given.Lead);
        foreach (var delivery in AnyFacts.Deliveries(AnyFacts.Redelivered(facts, seed), seed))
        {
            state = JourneyRules.Decide(state, delivery, Settings, Now).State;
        }

        Assert.Equal(JourneyFold.Fold(Given.Lead, facts, Settings).Hash, JourneyFold.Fold(Given.Lead, state.Facts.Values, Settings).Hash);
        Assert.Equal(facts.Select(fact => fact.DedupeKey).Distinct().Order(), state.Facts.Keys.Order());
    });

    [Fact]
    public void What_a_tool_says_of_the_person_as_it_said_it_before_changes_nothing() => Holds((facts, _) =>
    {
        var explained = JourneyExplanation.Of(Given.Lead, facts, Settings);
        foreach (var said in explained.Judgements.Select(judged => judged.Fact).OfType<ProfileChanged>().GroupBy(fact => fact.Connector))
        {
            var again = JourneyFold.Fold(Given.Lead, [.. facts, Restated([.. said])], Settings);

            Assert.Equal((explained.Journey.Profile, explained.Journey.Hash), (again.Profile, again.Hash));
        }
    });

    [Fact]
    public void No_two_changes_of_stage_are_published_under_one_id() => Holds((facts, seed) =>
    {
        var state = JourneyState.New(Given.Lead);
        var published = new List<string>();
        foreach (var delivery in AnyFacts.Deliveries(AnyFacts.Redelivered(facts, seed), seed))
        {
            var decision = JourneyRules.Decide(state, delivery, Settings, Now);
            state = decision.State;
            published.AddRange(decision.Events.OfType<StageChanged>().Select(changed => changed.Id));
        }

        Assert.Equal(published.Distinct(), published);
    });

    [Fact]
    public void What_is_there_already_changes_and_says_nothing() => Holds((facts, seed) =>
    {
        var state = JourneyRules.Decide(JourneyState.New(Given.Lead), facts, Settings, Now).State;

        foreach (var delivery in AnyFacts.Deliveries(AnyFacts.Redelivered(facts, seed), seed))
        {
            var again = JourneyRules.Decide(state, delivery, Settings, Now.AddHours(1));

            Assert.Same(state, again.State);
            Assert.Empty(again.Events);
            Assert.False(again.Changed);
        }
    });

    [Fact]
    public void A_handoff_is_announced_once_for_each_crossing_however_facts_are_redelivered() => Holds((facts, seed) =>
    {
        var state = JourneyState.New(Given.Lead);
        var owner = Team.Marketing;
        foreach (var delivery in AnyFacts.Deliveries(AnyFacts.Redelivered(facts, seed), seed))
        {
            var decision = JourneyRules.Decide(state, delivery, Settings, Now);
            state = decision.State;
            var stays = decision.Journey.Erased || decision.Journey.Gone;
            var crossed = !stays && decision.Journey.Owner != owner;
            owner = stays ? owner : decision.Journey.Owner;

            var announced = decision.Events.OfType<HandoffAnnounced>().ToArray();
            Assert.Equal(crossed ? 1 : 0, announced.Length);
            Assert.All(announced, handoff => Assert.Equal((owner, state.Ledger.Handoffs[^1].Id), (handoff.Team, handoff.HandoffId)));
        }

        Assert.Equal(owner, state.Ledger.AnnouncedOwner ?? Team.Marketing);
        Assert.Equal(state.Ledger.Handoffs.Length, state.Ledger.Handoffs.Select(handoff => handoff.Id).Distinct().Count());
    });

    [Fact]
    public void A_stage_change_is_published_once_for_each_entry_that_stood_at_the_end_of_a_decision() => Holds((facts, seed) =>
    {
        var state = JourneyState.New(Given.Lead);
        StageEntry? last = null;
        foreach (var delivery in AnyFacts.Deliveries(AnyFacts.Redelivered(facts, seed), seed))
        {
            var decision = JourneyRules.Decide(state, delivery, Settings, Now);
            state = decision.State;
            var present = decision.Journey.Entries[^1];
            var moved = !decision.Journey.Erased && (last?.Stage, last?.EnteredAt) != (present.Stage, present.EnteredAt);

            var changes = decision.Events.OfType<StageChanged>().ToArray();
            Assert.Equal(moved ? 1 : 0, changes.Length);
            Assert.All(changes, change => Assert.Equal((last?.Stage, present.Stage), (change.From, change.To)));
            last = moved ? present : last;
        }
    });

    [Fact]
    public void Stays_follow_each_other_in_time_each_on_another_stage_than_the_one_before() => Holds((facts, _) =>
    {
        var journey = JourneyFold.Fold(Given.Lead, facts, Settings);

        Assert.Equal(journey.Entries[0].EnteredAt, JourneyFirst(facts));
        Assert.Equal((journey.Stage, journey.EnteredAt), (journey.Entries[^1].Stage, journey.Entries[^1].EnteredAt));
        Assert.All(journey.Entries.Zip(journey.Entries.Skip(1)), pair =>
        {
            Assert.True(pair.First.EnteredAt < pair.Second.EnteredAt);
            Assert.NotEqual(pair.First.Stage, pair.Second.Stage);
        });
    });

    [Fact]
    public void A_stage_that_sales_own_is_left_only_by_a_CRMs_word_or_for_an_advocate() => Holds((facts, _) =>
    {
        var chosen = JourneyRules.Decide(JourneyState.New(Given.Lead), facts, Settings, Now);
        var journey = chosen.Journey;

        Assert.All(journey.Entries.Zip(journey.Entries.Skip(1)), pair =>
        {
            // What took the lead out may be followed by another word at the same instant, which then makes the stay.
            var then = chosen.State.Facts.Values.Where(fact => fact.OccurredAt == pair.Second.EnteredAt).ToList();
            var advocated = then.OfType<StageClaimed>().Any(claim => claim.Stage == FunnelStage.Referral);
            Assert.True(Settings.OwnerOf(pair.First.Stage) != Team.Sales || then.Exists(fact => fact.Side == ToolSide.Crm) || advocated);
        });
    });

    [Fact]
    public void Pauses_are_in_order_and_do_not_touch() => Holds((facts, _) =>
    {
        var pauses = JourneyFold.Fold(Given.Lead, facts, Settings).Pauses;

        Assert.All(pauses, pause => Assert.True(pause.From < pause.To));
        Assert.All(pauses.Zip(pauses.Skip(1)), pair => Assert.True(pair.First.To < pair.Second.From));
    });

    [Fact]
    public void A_hundred_sweeps_raise_each_alert_once_and_leave_nothing_due() => Holds((facts, seed) =>
    {
        var state = JourneyRules.Decide(JourneyState.New(Given.Lead), AnyFacts.Redelivered(facts, seed), Settings, Now).State;
        var raised = new List<FunnelEvent>();
        for (var sweep = 0; sweep < 100; sweep++)
        {
            var now = Now.AddMinutes(sweep);
            var decision = StallRules.Decide(state, Settings, now);
            state = decision.State;
            raised.AddRange(decision.Events);

            Assert.False(decision.NextDue <= now);
            Assert.False(decision.Journey.Erased && decision.Events.Count > 0);
        }

        Assert.Equal(raised.Select(alert => alert.Id).Distinct(), raised.Select(alert => alert.Id));
        Assert.Equal(state.Ledger.Alerts.Select(alert => alert.Id), raised.Select(alert => alert.Id));
    });

    [Fact]
    public void An_erased_person_leaves_no_name_no_key_and_is_never_announced_or_stalled() => Holds((facts, seed) =>
    {
        var decision = JourneyRules.Decide(JourneyState.New(Given.Lead), [.. AnyFacts.Redelivered(facts, seed), Given.Erased(3)], Settings, Now);

        Assert.True(decision.Journey.Erased);
        Assert.Equal(new(), decision.Journey.Profile);
        Assert.Empty(decision.Journey.Identities);
        Assert.Empty(decision.Events);
        Assert.Null(decision.NextDue);
    });

    /// <summary>A tool's row with all its present values.</summary>
    private static ProfileChanged Restated(ProfileChanged[] said) => said[^1] with
    {
        DedupeKey = "row",
        OccurredAt = Given.Start.AddDays(1),
        Echoes = default,
        Profile = new()
        {
            FirstName = said.Select(fact => fact.Profile.FirstName).LastOrDefault(value => value is not null),
            Company = said.Select(fact => fact.Profile.Company).LastOrDefault(value => value is not null),
            Phone = said.Select(fact => fact.Profile.Phone).LastOrDefault(value => value is not null),
            Score = said.Select(fact => fact.Profile.Score).LastOrDefault(value => value is not null),
        },
    };

    /// <summary>When the lead was first heard of. A fact that this build does not know tells nothing, unless there is no other.</summary>
    private static DateTimeOffset JourneyFirst(Fact[] facts)
    {
        var ordered = FactOrder.Sort(facts, Settings.SystemOfRecord);
        return ordered.Where(fact => fact is not UnknownFact).DefaultIfEmpty(ordered[0]).First().OccurredAt;
    }

    /// <summary>How long the lead stood on each stage before it moved on.</summary>
    private static IEnumerable<(FunnelStage Stage, TimeSpan Time)> Dwell(Journey journey) =>
        journey.Entries.Zip(journey.Entries.Skip(1), (stay, next) => (stay.Stage, next.EnteredAt - stay.EnteredAt));

    private static IEnumerable<Fact[]> Orders(Fact[] facts) =>
        facts.Length <= 1 ? [facts] : facts.SelectMany((first, at) => Orders([.. facts[..at], .. facts[(at + 1)..]]).Select(rest => (Fact[])[first, .. rest]));

    private static void Holds(Action<Fact[], int> property, int sets = 500) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(sets).WithEndSize(60), Prop.ForAll(AnyFacts.Sets, set => property(set.Facts, set.Seed)));
}
