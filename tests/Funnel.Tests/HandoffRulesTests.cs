using static IntegrationHub.Funnel.FunnelStage;
using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests;

public sealed class HandoffRulesTests
{
    [Fact]
    public void A_new_lead_is_marketings_and_nobody_is_told_so()
    {
        var decision = Arrive(JourneyState.New(Lead), 1, MarketingClaims(Interest, 0, "lead"));

        var changed = Assert.IsType<StageChanged>(Assert.Single(decision.Events));
        Assert.Equal((null, Interest, HubSpot, Team.Marketing), (changed.From, changed.To, changed.Connector, changed.Team));
        Assert.Empty(decision.State.Ledger.Handoffs);
        Assert.Null(decision.State.Ledger.AnnouncedOwner);
    }

    [Fact]
    public void A_lead_that_comes_to_a_stage_of_sales_is_handed_over_with_the_reason()
    {
        var decision = Arrive(JourneyState.New(Lead), 7, MarketingClaims(Evaluation, 5, "salesqualifiedlead"));

        var handoff = Assert.Single(decision.State.Ledger.Handoffs);
        Assert.Equal((Team.Sales, Evaluation, Start.AddMinutes(5), Start.AddMinutes(7)), (handoff.To, handoff.Stage, handoff.EnteredAt, handoff.AnnouncedAt));
        Assert.Equal("hubspot put the lead on Evaluation (salesqualifiedlead)", handoff.Reason);
        Assert.Equal((HandoffDelivery.Pending, null, null), (handoff.Delivery, handoff.AcceptedAt, handoff.ReturnedReason));
        Assert.Matches("^[0-9a-f]{24}$", handoff.Id);
        var announced = Assert.Single(decision.Events.OfType<HandoffAnnounced>());
        Assert.Equal((handoff.Id, Team.Sales, Lead), (announced.HandoffId, announced.Team, announced.LeadId));
        Assert.Equal([typeof(StageChanged), typeof(HandoffAnnounced)], decision.Events.Select(one => one.GetType()));
    }

    [Fact]
    public void Within_one_team_nothing_is_handed_over()
    {
        var state = Arrive(JourneyState.New(Lead), 1, CrmClaims(Evaluation, 0)).State;
        var decision = Arrive(state, 6, CrmClaims(Commitment, 5));

        Assert.Equal([typeof(StageChanged)], decision.Events.Select(one => one.GetType()));
        Assert.Single(decision.State.Ledger.Handoffs);
    }

    [Fact]
    public void A_lead_that_went_and_came_back_within_one_delivery_is_published_but_not_handed_over()
    {
        var state = Arrive(JourneyState.New(Lead), 1, MarketingClaims(Interest, 0)).State;
        var decision = Arrive(state, 9, MarketingClaims(Evaluation, 5), Returned("no budget", 8));

        Assert.Equal([typeof(StageChanged)], decision.Events.Select(one => one.GetType()));
        Assert.Empty(decision.State.Ledger.Handoffs);
    }

    [Fact]
    public void Work_in_the_second_of_the_stage_entry_counts_as_tools_stamp_whole_seconds()
    {
        var entered = MarketingClaims(Evaluation, 5, "salesqualifiedlead");
        var state = Arrive(JourneyState.New(Lead), 6, entered with { OccurredAt = entered.OccurredAt.AddMilliseconds(700) }).State;

        var worked = Arrive(state, 7, Accepted(5, "Bob"));
        var before = Arrive(state, 7, Accepted(5, "Bob") with { OccurredAt = entered.OccurredAt.AddMilliseconds(-1) });

        Assert.Equal((true, false), (worked.State.Ledger.Handoffs[0].AcceptedAt is not null, before.State.Ledger.Handoffs[0].AcceptedAt is not null));
    }

    public static TheoryData<Fact, bool> SignsOfWork => new()
    {
        { Accepted(5, "Bob"), true },
        { Deal("a", DealStatus.Open, 5), true },
        { Logged(5), true },
        { Booked("call", 5, 60), true },
        { Accepted(0), true },
        { Accepted(-1), false },
        { Logged(5, ToolSide.Marketing), false },
        { Touch(TouchKind.Open, 5), false },
        { CrmClaims(Evaluation, 5), false },
        { Profile(new() { Company = "Contoso" }, 5, Salesforce), false },
        { Returned("no budget", 5), false },
    };

    [Theory]
    [MemberData(nameof(SignsOfWork), DisableDiscoveryEnumeration = true)]
    public void Sales_take_a_handoff_up_by_any_sign_of_work_since_the_entry(Fact fact, bool takesUp)
    {
        var announced = Arrive(JourneyState.New(Lead), 3, MarketingClaims(Evaluation, 0)).State;
        var after = Arrive(announced, 9, fact).State.Ledger.Handoffs[0];
        var atOnce = Arrive(JourneyState.New(Lead), 9, MarketingClaims(Evaluation, 0), fact).State.Ledger.Handoffs.FirstOrDefault();

        Assert.Equal(takesUp ? fact.OccurredAt : null, after.AcceptedAt);
        Assert.Equal(takesUp ? fact.OccurredAt : null, atOnce?.AcceptedAt);
    }

    [Fact]
    public void The_earliest_sign_of_work_counts_however_late_it_arrives()
    {
        var state = Arrive(JourneyState.New(Lead), 1, MarketingClaims(Evaluation, 0)).State;
        state = Arrive(state, 20, Accepted(15)).State;
        state = Arrive(state, 21, Logged(10)).State;
        state = Arrive(state, 30, Logged(25)).State;

        Assert.Equal(Start.AddMinutes(10), state.Ledger.Handoffs[0].AcceptedAt);
    }

    [Fact]
    public void A_lead_given_back_is_told_once_with_the_first_reason_and_handed_to_marketing()
    {
        var state = Arrive(JourneyState.New(Lead), 1, MarketingClaims(Evaluation, 0)).State;
        var decision = Arrive(state, 6, Returned("no budget", 5));
        var later = Arrive(decision.State, 8, Returned("wrong person", 4));

        Assert.Equal([typeof(StageChanged), typeof(LeadReturned), typeof(HandoffAnnounced)], decision.Events.Select(one => one.GetType()));
        Assert.Equal((Team.Marketing, state.Ledger.Handoffs[0].Id), decision.Events.OfType<LeadReturned>().Select(returned => (returned.Team, returned.HandoffId)).Single());
        Assert.Equal(["no budget", null], decision.State.Ledger.Handoffs.Select(handoff => handoff.ReturnedReason));
        Assert.Equal([Team.Sales, Team.Marketing], decision.State.Ledger.Handoffs.Select(handoff => handoff.To));
        Assert.Empty(later.Events.OfType<LeadReturned>());
        Assert.Equal("wrong person", later.State.Ledger.Handoffs[0].ReturnedReason);
    }

    [Fact]
    public void Marketing_takes_a_returned_lead_up_by_working_on_it_in_its_tool()
    {
        var state = Arrive(JourneyState.New(Lead), 1, MarketingClaims(Evaluation, 0)).State;
        state = Arrive(state, 6, Returned("no budget", 5)).State;
        var byCrm = Arrive(state, 8, Logged(7), Logged(5)).State;
        var byMarketing = Arrive(state, 8, Touch(TouchKind.Click, 7)).State;

        Assert.Null(byCrm.Ledger.Handoffs[1].AcceptedAt);
        Assert.Null(byCrm.Ledger.Handoffs[0].AcceptedAt);
        Assert.Equal(Start.AddMinutes(7), byMarketing.Ledger.Handoffs[1].AcceptedAt);
    }

    [Fact]
    public void A_handoff_still_on_its_way_is_overtaken_by_one_to_another_team()
    {
        var pending = Arrive(JourneyState.New(Lead), 1, MarketingClaims(Evaluation, 0)).State;
        var delivered = pending with { Ledger = pending.Ledger with { Handoffs = [pending.Ledger.Handoffs[0] with { Delivery = HandoffDelivery.Delivered }] } };

        Assert.Equal([HandoffDelivery.Superseded, HandoffDelivery.Pending], Arrive(pending, 6, Returned("no budget", 5)).State.Ledger.Handoffs.Select(handoff => handoff.Delivery));
        Assert.Equal([HandoffDelivery.Delivered, HandoffDelivery.Pending], Arrive(delivered, 6, Returned("no budget", 5)).State.Ledger.Handoffs.Select(handoff => handoff.Delivery));
    }

    [Fact]
    public void A_crossing_that_late_facts_undo_and_bring_back_is_the_same_handoff_announced_anew()
    {
        var first = Arrive(JourneyState.New(Lead), 1, CrmClaims(Evaluation, 0));
        var away = Arrive(first.State, 11, CrmClaims(Interest, 10));
        // A deal that had been open all along: the step back never counted.
        var back = Arrive(away.State, 20, Deal("a", DealStatus.Open, 5));

        Assert.Equal((Evaluation, Start), (back.Journey.Stage, back.Journey.EnteredAt));
        Assert.Equal([Team.Marketing, Team.Sales], back.State.Ledger.Handoffs.Select(handoff => handoff.To));
        Assert.Equal(first.State.Ledger.Handoffs[0].Id, back.State.Ledger.Handoffs[1].Id);
        Assert.Equal((HandoffDelivery.Pending, Start.AddMinutes(20)), (back.State.Ledger.Handoffs[1].Delivery, back.State.Ledger.Handoffs[1].AnnouncedAt));
        Assert.Equal([HandoffDelivery.Superseded, HandoffDelivery.Pending], back.State.Ledger.Handoffs.Select(handoff => handoff.Delivery));
        var announcements = first.Events.Concat(away.Events).Concat(back.Events).OfType<HandoffAnnounced>().Select(one => one.Id);
        Assert.Equal(3, announcements.Distinct().Count());
    }

    [Fact]
    public void Every_event_of_a_life_has_an_id_of_its_own_and_the_same_one_when_decided_again()
    {
        Fact[][] deliveries = [[MarketingClaims(Interest, 0)], [MarketingClaims(Evaluation, 5)], [Returned("no budget", 8)], [MarketingClaims(Evaluation, 12)], [Deal("a", DealStatus.Won, 20)]];
        var first = Live(deliveries, now: 30);
        var again = Live(deliveries, now: 90);

        Assert.Equal(first, again);
        Assert.Equal(first.Distinct(), first);
    }

    [Fact]
    public void A_fact_with_a_known_key_but_an_earlier_time_takes_the_known_ones_place()
    {
        var state = Arrive(JourneyState.New(Lead), 9, MarketingClaims(Interest, 5)).State;
        var earlier = MarketingClaims(Interest, 5) with { OccurredAt = Start };
        var decision = Arrive(state, 10, earlier);

        Assert.Equal([earlier], decision.NewFacts);
        Assert.Equal(Start, decision.Journey.EnteredAt);
        Assert.Empty(Arrive(decision.State, 11, MarketingClaims(Interest, 5)).NewFacts);
    }

    [Fact]
    public void Without_any_fact_there_is_no_journey() =>
        Assert.Throws<ArgumentException>(() => JourneyRules.Decide(JourneyState.New(Lead), [], Settings, Start));

    private static List<string> Live(Fact[][] deliveries, int now)
    {
        var state = JourneyState.New(Lead);
        var ids = new List<string>();
        foreach (var delivery in deliveries)
        {
            var decision = Arrive(state, now, delivery);
            state = decision.State;
            ids.AddRange(decision.Events.Select(one => one.Id));
        }

        return ids;
    }

    private static JourneyDecision Arrive(JourneyState state, int minute, params Fact[] facts) => JourneyRules.Decide(state, facts, Settings, Start.AddMinutes(minute));
}
