using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests;

/// <summary>Whom a handoff goes to. Start is a Monday, 09:00 UTC: 10:00 in Berlin.</summary>
public sealed class HandoffRoutingRulesTests
{
    private static readonly HandoffOwner Ada = Person("Ada"), Bea = Person("Bea"), Cid = Person("Cid"), Zoe = Person("Zoe");

    [Theory]
    [InlineData("Enterprise", true)]
    [InlineData(" enterprise ", true)]
    [InlineData("enterprises", false)]
    [InlineData(null, false)]
    public void A_condition_ignores_case_and_holds_for_what_is_known(string? segment, bool matches) =>
        Assert.Equal(matches ? "Ada" : "Zoe", Route(new() { Segment = segment }, new HandoffRoute { Name = "1", Connector = Salesforce, Segment = "enterprise", Owner = Ada }).Owner);

    [Theory]
    [InlineData("DACH", true)]
    [InlineData("dach-south", true)]
    [InlineData("DAC", false)]
    public void A_pattern_with_a_star_is_a_beginning(string region, bool matches) =>
        Assert.Equal(matches ? "Ada" : "Zoe", Route(new() { Region = region }, new HandoffRoute { Name = "1", Connector = Salesforce, Region = "dach*", Owner = Ada }).Owner);

    [Theory]
    [InlineData(49, false)]
    [InlineData(50, true)]
    [InlineData(80, true)]
    [InlineData(81, false)]
    [InlineData(null, false)]
    public void Both_bounds_of_a_score_match(int? score, bool matches) =>
        Assert.Equal(matches ? "Ada" : "Zoe", Route(new() { Score = score }, new HandoffRoute { Name = "1", Connector = Salesforce, MinScore = 50, MaxScore = 80, Owner = Ada }).Owner);

    [Theory]
    [InlineData(FunnelStage.Evaluation, true)]
    [InlineData(FunnelStage.Commitment, false)]
    public void A_route_may_be_for_one_stage(FunnelStage stage, bool matches) =>
        Assert.Equal(matches ? "Ada" : "Zoe", Route(new(), new HandoffRoute { Name = "1", Connector = Salesforce, Stage = stage, Owner = Ada }).Owner);

    [Fact]
    public void The_first_route_that_matches_decides_and_names_the_tool()
    {
        var given = Route(
            new() { Company = "Contoso Ltd", Segment = "smb" },
            new HandoffRoute { Name = "1", Connector = Salesforce, Company = "Contoso*", Segment = "enterprise", Owner = Ada },
            new HandoffRoute { Name = "2", Connector = "pipedrive", Company = "contoso*", Owner = Bea },
            new HandoffRoute { Name = "3", Connector = Salesforce, Owner = Cid });

        Assert.Equal(("Bea", "2", "pipedrive", HandoffRoutingRules.FixedOwner, "route 2 (company contoso*) names Bea"), (given.Owner, given.Route, given.Connector, given.Rule, given.Why));
    }

    [Fact]
    public void Without_a_match_the_fallback_gets_it()
    {
        var given = Route(new(), new HandoffRoute { Name = "1", Connector = Salesforce, Segment = "smb", Owner = Ada });

        Assert.Equal(("Zoe", null, HandoffRoutingRules.NoRoute, "no route matches: Zoe is the fallback"), (given.Owner, given.Route, given.Rule, given.Why));
    }

    [Theory]
    [InlineData(null, "Ada")]
    [InlineData("Ada", "Bea")]
    [InlineData("Bea", "Cid")]
    [InlineData("Cid", "Ada")]
    [InlineData("somebody who has left", "Ada")]
    public void Turns_go_round(string? last, string next)
    {
        var decision = Decide(Turns(Ada, Bea, Cid), Start, last);

        Assert.Equal((next, "sales/1", HandoffRoutingRules.RoundRobin), (decision.Assignment.Owner, decision.RoundRobin, decision.Assignment.Rule));
    }

    [Theory]
    [InlineData(1, "Ada")]
    [InlineData(2, "Bea")]
    [InlineData(3, "Bea")]
    public void Who_has_as_many_as_they_may_have_is_passed_over(int open, string next)
    {
        var decision = Decide(Turns(Person("Ada", capacity: 2), Bea), Start, null, ("Ada", open));

        Assert.Equal(next, decision.Assignment.Owner);
        Assert.Equal(next == "Bea", decision.Assignment.Why.Contains($"passed over Ada (full, {open} of 2 open)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("2026-03-02T07:59:59Z", "Bea")]
    [InlineData("2026-03-02T08:00:00Z", "Ada")]
    [InlineData("2026-03-02T15:59:59Z", "Ada")]
    [InlineData("2026-03-02T16:00:00Z", "Bea")]
    [InlineData("2026-03-27T08:00:00Z", "Ada")]
    [InlineData("2026-03-30T06:59:59Z", "Bea")]
    [InlineData("2026-03-30T07:00:00Z", "Ada")]
    [InlineData("2026-10-26T07:59:59Z", "Bea")]
    [InlineData("2026-10-26T08:00:00Z", "Ada")]
    public void Opening_counts_as_at_work_and_closing_does_not_in_summer_and_winter(string now, string next) =>
        Assert.Equal(next, Decide(Turns(Person("Ada", "09:00-17:00"), Bea), At(now), null).Assignment.Owner);

    [Theory]
    [InlineData("2026-03-06T20:00:00Z", "Bea", "2026-03-07T09:00Z")]
    [InlineData("2026-03-08T20:00:00Z", "Ada", "2026-03-09T08:00Z")]
    public void When_nobody_is_at_work_it_goes_to_whose_work_begins_first(string now, string next, string from)
    {
        var weekend = new HandoffOwner("Bea", new("Europe/Berlin", "Sat", "10:00-12:00", []), []);
        var given = Decide(Turns(Person("Ada", "09:00-17:00"), weekend), At(now), null).Assignment;

        Assert.Equal((next, HandoffRoutingRules.RoundRobinNextAtWork), (given.Owner, given.Rule));
        Assert.Contains($"{next} begins first, at {from}", given.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void When_nobody_has_room_the_fallback_gets_it_and_the_reason_says_so()
    {
        var decision = Decide(Turns(Person("Ada", capacity: 1), Person("Bea", capacity: 2)), Start, null, ("Ada", 1), ("Bea", 2));

        Assert.Equal(("Zoe", HandoffRoutingRules.RoundRobinFull, null), (decision.Assignment.Owner, decision.Assignment.Rule, decision.RoundRobin));
        Assert.Equal("route 1: nobody in turn has room (Ada (full, 1 of 1 open), Bea (full, 2 of 2 open)): Zoe is the fallback", decision.Assignment.Why);
    }

    [Theory]
    [InlineData("2026-03-02T22:00:00Z", "Ada", HandoffRoutingRules.FixedOwner)]
    [InlineData("2026-03-04T15:59:59Z", "Ada", HandoffRoutingRules.FixedOwner)]
    [InlineData("2026-03-04T16:00:00Z", "Zoe", HandoffRoutingRules.OwnerAway)]
    [InlineData("2026-03-05T10:00:00Z", "Zoe", HandoffRoutingRules.OwnerAway)]
    [InlineData("2026-03-06T16:00:00Z", "Ada", HandoffRoutingRules.FixedOwner)]
    public void A_fixed_owner_gets_it_after_hours_too_but_not_when_the_next_hours_are_missed(string now, string owner, string rule)
    {
        var ada = new HandoffOwner("Ada", new("Europe/Berlin", "Mon-Fri", "09:00-17:00", []), [new(2026, 3, 5), new(2026, 3, 6)]);

        var given = Decide(new HandoffRoute { Name = "1", Connector = Salesforce, Owner = ada }, At(now), null).Assignment;

        Assert.Equal((owner, rule), (given.Owner, given.Rule));
    }

    [Theory]
    [InlineData(1, "Ada", HandoffRoutingRules.FixedOwner)]
    [InlineData(2, "Zoe", HandoffRoutingRules.OwnerFull)]
    public void A_fixed_owner_who_is_full_does_not_get_it(int open, string owner, string rule)
    {
        var given = Decide(new HandoffRoute { Name = "1", Connector = Salesforce, Owner = Person("Ada", capacity: 2) }, Start, null, ("Ada", open)).Assignment;

        Assert.Equal((owner, rule), (given.Owner, given.Rule));
    }

    [Fact]
    public void What_lapses_goes_to_one_who_has_not_had_it_and_at_last_to_the_fallback()
    {
        var settings = With(Turns(Ada, Bea, Cid), TimeSpan.FromHours(2), 2);
        var (handoff, journey) = Handoff(settings, new());
        for (var owners = 1; owners <= 4; owners++)
        {
            var given = HandoffRoutingRules.Decide(handoff, journey, settings, RoundRobinBoard.Empty, Start).Assignment;
            handoff = handoff with { Assignments = handoff.Assignments.Add(given with { DeliveredAt = Start, LapsedAt = Start }) };
        }

        Assert.Equal(["Ada", "Bea", "Cid", "Zoe"], handoff.Assignments.Select(given => given.Owner));
        Assert.Equal(HandoffRoutingRules.ReroutedToFallback, handoff.Assignments[^1].Rule);
    }

    [Theory]
    [InlineData(0, "Zoe")]
    [InlineData(1, "Bea")]
    public void With_no_reroutes_a_lapse_goes_to_the_fallback_at_once(int most, string next)
    {
        var settings = With(Turns(Ada, Bea), TimeSpan.FromHours(2), most);
        var (handoff, journey) = Handoff(settings, new());
        handoff = handoff with { Assignments = [Given(Start) with { LapsedAt = Start }] };

        Assert.Equal(next, HandoffRoutingRules.Decide(handoff, journey, settings, RoundRobinBoard.Empty, Start).Assignment.Owner);
    }

    [Theory]
    [InlineData("2026-03-02T09:00:00Z", "2026-03-02T11:00:00Z")]
    [InlineData("2026-03-27T15:00:00Z", "2026-03-30T08:00:00Z")]
    [InlineData("2026-10-23T14:00:00Z", "2026-10-26T09:00:00Z")]
    public void The_time_to_take_it_up_is_the_owners_working_time_from_delivery(string delivered, string due)
    {
        var settings = With(Turns(Person("Ada", "09:00-17:00"), Bea), TimeSpan.FromHours(2));
        var (handoff, _) = Handoff(settings, new());

        Assert.Equal(At(due), HandoffRoutingRules.RerouteDue(handoff with { Assignments = [Given(At(delivered))] }, settings));
    }

    [Fact]
    public void Nothing_lapses_that_is_taken_up_given_back_kept_not_delivered_or_with_the_fallback()
    {
        var settings = With(Turns(Ada, Bea), TimeSpan.FromHours(2));
        var (handoff, _) = Handoff(settings, new());
        handoff = handoff with { Assignments = [Given(Start)] };
        Handoff[] quiet =
        [
            handoff with { AcceptedAt = Start },
            handoff with { ReturnedReason = "no budget" },
            handoff with { Assignments = [Given(Start) with { KeptBy = "005x" }] },
            handoff with { Assignments = [Given(Start) with { DeliveredAt = null }] },
            handoff with { Assignments = [Given(Start) with { LapsedAt = Start }] },
            handoff with { Assignments = [Given(Start) with { Owner = "Zoe" }] },
            handoff with { Assignments = [] },
        ];

        Assert.NotNull(HandoffRoutingRules.RerouteDue(handoff, settings));
        Assert.All(quiet, without => Assert.Null(HandoffRoutingRules.RerouteDue(without, settings)));
        Assert.Null(HandoffRoutingRules.RerouteDue(handoff, With(Turns(Ada, Bea), null)));
    }

    [Theory]
    [InlineData(7199, 0)]
    [InlineData(7200, 1)]
    [InlineData(7201, 1)]
    public void A_sweep_lets_it_lapse_at_exactly_its_time_and_once(int seconds, int lapses)
    {
        var settings = With(Turns(Ada, Bea), TimeSpan.FromHours(2));
        var state = JourneyRules.Decide(JourneyState.New(Lead), [MarketingClaims(FunnelStage.Evaluation, 0)], settings, Start).State;
        state = state with { Ledger = state.Ledger with { Handoffs = [state.Ledger.Handoffs[0] with { Delivery = HandoffDelivery.Delivered, Assignments = [Given(Start)] }] } };
        Assert.Equal(Start.AddHours(2), StallRules.NextDue(Folded(MarketingClaims(FunnelStage.Evaluation, 0)), state.Ledger, settings));

        var events = new List<FunnelEvent>();
        for (var sweep = 0; sweep < 3; sweep++)
        {
            var decision = StallRules.Decide(state, settings, Start.AddSeconds(seconds));
            events.AddRange(decision.Events);
            state = decision.State;
        }

        Assert.Equal(lapses, events.OfType<HandoffAnnounced>().Count());
    }

    /// <summary>Whatever rooms, hours, turns and lapses there are, somebody known answers for the handoff, never one who is full but the fallback, and after few lapses it rests.</summary>
    [Fact]
    public void Whatever_happens_a_handoff_has_exactly_one_accountable_owner() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(
        (from people in Gen.Choose(1, 4)
         from rooms in Gen.ArrayOf(Gen.Choose(0, 3), 4)
         from open in Gen.ArrayOf(Gen.Choose(0, 4), 4)
         from hour in Gen.Choose(0, 24 * 14)
         from most in Gen.Choose(0, 3)
         from last in Gen.Choose(0, 4)
         select (people, rooms, open, hour, most, last)).ToArbitrary(),
        given =>
        {
            HandoffOwner[] rota = [.. Enumerable.Range(0, given.people).Select(i => Person($"P{i}", $"{9 + i:00}:00-{12 + i:00}:00", given.rooms[i] == 0 ? null : given.rooms[i]))];
            var board = new RoundRobinBoard(
                ImmutableDictionary<string, string>.Empty.Add("sales/1", $"P{given.last}"), Enumerable.Range(0, 4).ToImmutableDictionary(i => $"P{i}", i => given.open[i]));
            var settings = With(Turns(rota), TimeSpan.FromHours(2), given.most);
            var (handoff, journey) = Handoff(settings, new());
            var now = Start.AddHours(given.hour);
            for (var lapses = 0; HandoffRoutingRules.NeedsOwner(handoff, settings); lapses++)
            {
                Assert.InRange(lapses, 0, given.most + 1);
                var chosen = HandoffRoutingRules.Decide(handoff, journey, settings, board, now).Assignment;
                Assert.DoesNotContain(handoff.Assignments, before => before.Owner == chosen.Owner);
                Assert.True(chosen.Owner == "Zoe" || !board.IsFull(rota.Single(person => person.Name == chosen.Owner)));
                handoff = handoff with { Assignments = handoff.Assignments.Add(chosen with { DeliveredAt = now }) };
                Assert.Equal(chosen.Owner, handoff.Owner);
                now = HandoffRoutingRules.RerouteDue(handoff, settings) ?? now;
                if (chosen.Owner != "Zoe")
                {
                    handoff = handoff with { Assignments = handoff.Assignments.SetItem(lapses, handoff.Assignments[^1] with { LapsedAt = now }) };
                }
            }

            return handoff.Owner == "Zoe";
        }));

    private static HandoffOwner Person(string name, string hours = "00:00-24:00", int? capacity = null) =>
        new(name, new("Europe/Berlin", hours == "00:00-24:00" ? "Mon-Sun" : "Mon-Fri", hours, []), []) { Capacity = capacity, Ids = ImmutableDictionary<string, string>.Empty.Add(Salesforce, $"005{name}") };

    private static HandoffRoute Turns(params HandoffOwner[] rota) => new() { Name = "1", Connector = Salesforce, RoundRobin = [.. rota] };

    private static FunnelSettings With(HandoffRoute route, TimeSpan? rerouteAfter, int most = 1) => With([route], rerouteAfter, most);

    private static FunnelSettings With(HandoffRoute[] routes, TimeSpan? rerouteAfter, int most = 1) => Settings with
    {
        Routing = new()
        {
            Teams = ImmutableDictionary<string, TeamRoutes>.Empty.Add(
                Team.Sales, new() { Routes = [.. routes], Fallback = Zoe, Connector = Salesforce, RerouteAfter = rerouteAfter, MaxReroutes = most }),
        },
    };

    private static Assignment Given(DateTimeOffset delivered) =>
        new() { Owner = "Ada", Route = "1", Rule = HandoffRoutingRules.RoundRobin, Why = "", Connector = Salesforce, At = delivered, DeliveredAt = delivered };

    private static (Handoff Handoff, Journey Journey) Handoff(FunnelSettings settings, LeadProfile profile)
    {
        var decision = JourneyRules.Decide(JourneyState.New(Lead), [MarketingClaims(FunnelStage.Evaluation, 0), Profile(profile, 0)], settings, Start);
        return (Assert.Single(decision.State.Ledger.Handoffs), decision.Journey);
    }

    private static Assignment Route(LeadProfile profile, params HandoffRoute[] routes)
    {
        var settings = With(routes, null);
        var (handoff, journey) = Handoff(settings, profile);
        return HandoffRoutingRules.Decide(handoff, journey, settings, RoundRobinBoard.Empty, Start).Assignment;
    }

    private static RoutingDecision Decide(HandoffRoute route, DateTimeOffset now, string? last, params (string Owner, int Open)[] open)
    {
        var settings = With(route, null);
        var (handoff, journey) = Handoff(settings, new());
        var turns = last is null ? ImmutableDictionary<string, string>.Empty : ImmutableDictionary<string, string>.Empty.Add("sales/1", last);
        return HandoffRoutingRules.Decide(handoff, journey, settings, new(turns, open.ToImmutableDictionary(owner => owner.Owner, owner => owner.Open)), now);
    }
}
