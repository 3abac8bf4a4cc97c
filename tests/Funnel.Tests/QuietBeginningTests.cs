using FsCheck;
using FsCheck.Fluent;

namespace IntegrationHub.Funnel.Tests;

/// <summary>What happened before the hub began builds journeys and causes nothing. The hub began ten minutes into the tests' time.</summary>
public sealed class QuietBeginningTests
{
    private const int Began = 10;

    private static readonly FunnelSettings Settings = Given.Settings
        .With(FunnelStage.Interest, stallAfter: TimeSpan.FromMinutes(7), acceptWithin: TimeSpan.FromMinutes(3))
        .With(FunnelStage.Evaluation, stallAfter: TimeSpan.FromMinutes(9), acceptWithin: TimeSpan.FromMinutes(4)) with
    { LiveSince = Given.Start.AddMinutes(Began) };

    private static readonly DateTimeOffset Now = Given.Start.AddMinutes(Began + 1);

    private static readonly Fact[] OldLead =
    [
        Given.Linked(0, IdentityKey.Person(Given.Salesforce, "003x")),
        Given.Touch(TouchKind.Form, 1),
        Given.Deal("d1", DealStatus.Open, 2),
        Given.Consent(ConsentState.OptedOut, 3),
        Given.Profile(new() { Phone = "+49 30 1" }, 4),
    ];

    [Fact]
    public void A_lead_of_an_old_tool_stands_on_its_stage_and_nobody_hears_of_it()
    {
        var decision = Decide(JourneyState.New(Given.Lead), OldLead);

        Assert.Equal(FunnelStage.Evaluation, decision.Journey.Stage);
        Assert.Empty(decision.Events);
        Assert.Empty(decision.State.Ledger.Handoffs);
        Assert.Null(decision.NextDue);
        Assert.Empty(StallRules.Decide(decision.State, Settings, Now.AddYears(1)).Events);
    }

    [Fact]
    public void The_first_crossing_since_is_announced_as_always()
    {
        var old = Decide(JourneyState.New(Given.Lead), Given.Touch(TouchKind.Form, 1)).State;

        var decision = Decide(old, Given.Deal("d1", DealStatus.Open, Began));

        var changed = Assert.Single(decision.Events.OfType<StageChanged>());
        Assert.Equal((FunnelStage.Interest, FunnelStage.Evaluation), (changed.From, changed.To));
        Assert.Equal(Team.Sales, Assert.Single(decision.Events.OfType<HandoffAnnounced>()).Team);
    }

    [Fact]
    public void A_crossing_back_finds_the_owner_of_the_beginning_announced()
    {
        var old = Decide(JourneyState.New(Given.Lead), OldLead).State;

        var decision = Decide(old, Given.Deal("d1", DealStatus.Lost, Began + 1));

        Assert.Equal(Team.Marketing, Assert.Single(decision.Events.OfType<HandoffAnnounced>()).Team);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    public void The_beginning_itself_is_no_longer_before_it(int seconds, int announced)
    {
        var opened = Given.Deal("d1", DealStatus.Open, Began);

        var decision = Decide(JourneyState.New(Given.Lead), opened with { OccurredAt = opened.OccurredAt.AddSeconds(seconds) });

        Assert.Equal(announced, decision.Events.OfType<HandoffAnnounced>().Count());
    }

    [Fact]
    public void An_old_fact_that_comes_late_causes_nothing_either()
    {
        var live = Decide(JourneyState.New(Given.Lead), Given.Touch(TouchKind.Form, Began)).State;

        var decision = Decide(live, OldLead);

        Assert.Equal(FunnelStage.Evaluation, decision.Journey.Stage);
        Assert.Empty(decision.Events);
        Assert.Null(decision.NextDue);
    }

    [Fact]
    public void What_a_tool_reports_of_old_days_stays_old_though_the_hub_read_it_at_first_meeting_too()
    {
        var read = Given.Deal("d1", DealStatus.Open, 2) with { Past = true };

        var decision = Decide(JourneyState.New(Given.Lead), read, Given.Deal("d1", DealStatus.Open, 2) with { DedupeKey = "reported" });

        Assert.True(decision.Journey.Entries[^1].Past);
        Assert.Empty(decision.Events);
    }

    [Fact]
    public void The_clock_of_an_old_stay_starts_with_the_first_work_since()
    {
        var old = Decide(JourneyState.New(Given.Lead), [.. OldLead, Given.Logged(5)]).State;

        var decision = Decide(old, Given.Logged(Began + 2), Given.Logged(Began + 4));

        var due = Given.Start.AddMinutes(Began + 2 + 9);
        Assert.Equal(due, StallRules.DeadlineOf(decision.Journey, Settings));
        Assert.Empty(StallRules.Decide(decision.State, Settings, due.AddTicks(-1)).Events);
        Assert.Single(StallRules.Decide(decision.State, Settings, due).Events.OfType<LeadStalled>());
    }

    [Fact]
    public void An_opt_out_since_goes_to_a_record_that_old_facts_bring()
    {
        var live = Decide(JourneyState.New(Given.Lead), Given.Linked(Began, IdentityKey.Person(Given.HubSpot, "1201")), Given.Consent(ConsentState.OptedOut, Began)).State;

        var decision = Decide(live, Given.Linked(0, IdentityKey.Person(Given.Salesforce, "003x")));

        Assert.IsType<ConsentAnnounced>(Assert.Single(decision.Events));
    }

    [Fact]
    public void Two_old_leads_that_are_one_person_are_merged_in_silence()
    {
        var one = Decide(JourneyState.New(Given.Lead), OldLead).State;
        var other = Decide(JourneyState.New(LeadId.Parse("000000000000000000000002")), Given.Deal("d2", DealStatus.Won, 6)).State;

        var decision = MergeRules.TakeOver(one, other, [.. other.Facts.Values, Given.Merged(other.LeadId, Began + 1)], Settings, Now);

        Assert.Equal(FunnelStage.Commitment, decision.Journey.Stage);
        Assert.Empty(decision.Events);
    }

    [Fact]
    public void The_order_of_arrival_changes_neither_the_journey_nor_what_is_from_before() => Holds((facts, seed) =>
    {
        var state = JourneyState.New(Given.Lead);
        foreach (var delivery in AnyFacts.Deliveries(AnyFacts.Redelivered(facts, seed), seed))
        {
            state = Decide(state, delivery).State;
        }

        var journey = JourneyFold.Fold(Given.Lead, facts, Settings);
        Assert.Equal(journey.Hash, JourneyFold.Fold(Given.Lead, state.Facts.Values, Settings).Hash);
        Assert.All(journey.Entries, entry => Assert.True(entry.Past || !Settings.IsBeforeLive(entry.EnteredAt)));
        Assert.All(state.Ledger.Handoffs, handoff => Assert.False(Settings.IsBeforeLive(handoff.EnteredAt)));
    });

    [Fact]
    public void Old_facts_cause_nothing_whenever_they_arrive() => Holds((facts, seed) =>
    {
        var state = JourneyState.New(Given.Lead);
        foreach (var delivery in AnyFacts.Deliveries(AnyFacts.Redelivered(facts, seed), seed))
        {
            foreach (var part in delivery.GroupBy(fact => Settings.IsBeforeLive(fact.OccurredAt)))
            {
                var optedOutSince = state.Facts.Values.OfType<ConsentChanged>().Any(fact => !Settings.IsBeforeLive(fact.OccurredAt));
                var decision = Decide(state, [.. part]);
                state = decision.State;
                Assert.DoesNotContain(decision.Events, happened => part.Key && !(happened is ConsentAnnounced && optedOutSince));
            }
        }
    });

    private static JourneyDecision Decide(JourneyState state, params Fact[] facts) => JourneyRules.Decide(state, facts, Settings, Now);

    private static void Holds(Action<Fact[], int> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(60), Prop.ForAll(AnyFacts.Sets, set => property(set.Facts, set.Seed)));
}
