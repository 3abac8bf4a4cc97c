using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Outages;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

public sealed class AlertRulesTests
{
    private static readonly DateTimeOffset Due = Monday.AddDays(2);
    private static readonly RecipientGroup Sales = new(Team.Sales);
    private static readonly RecipientGroup Marketing = new(Team.Marketing);
    private static readonly TeamsSettings Teams = new(new[] { Team.Sales, Team.Marketing }
        .ToDictionary(name => name, name => new TeamSettings { Name = name, Recipients = [$"{name}@example.com"] }));

    [Theory]
    [InlineData(AlertOutcome.Pending, true)]
    [InlineData(AlertOutcome.Held, true)]
    [InlineData(AlertOutcome.Inhibited, true)]
    [InlineData(AlertOutcome.Failed, false)]
    [InlineData(AlertOutcome.Sent, false)]
    [InlineData(AlertOutcome.Grouped, false)]
    [InlineData(AlertOutcome.Snoozed, false)]
    [InlineData(AlertOutcome.Suppressed, false)]
    public void Only_what_has_come_to_no_end_for_an_audience_is_told_to_it(AlertOutcome fate, bool told)
    {
        var (state, id) = Stalled();

        var course = Decide(Settled(state, id, Sales, fate), id);

        Assert.IsType(told ? typeof(AlertCourse.Tell) : typeof(AlertCourse.Leave), course);
    }

    [Fact]
    public void What_one_audience_was_told_the_other_may_still_be_told()
    {
        var (state, id) = Stalled();

        Assert.IsType<AlertCourse.Tell>(Decide(Settled(state, id, Marketing, AlertOutcome.Sent), id));
    }

    [Theory]
    [InlineData(AlertOutcome.Suppressed, AlertOutcome.Grouped, AlertOutcome.Grouped)]
    [InlineData(AlertOutcome.Sent, AlertOutcome.Grouped, AlertOutcome.Sent)]
    [InlineData(AlertOutcome.Sent, AlertOutcome.Failed, AlertOutcome.Failed)]
    [InlineData(AlertOutcome.Held, AlertOutcome.Suppressed, AlertOutcome.Held)]
    [InlineData(AlertOutcome.Snoozed, AlertOutcome.Suppressed, AlertOutcome.Snoozed)]
    [InlineData(AlertOutcome.Suppressed, AlertOutcome.Suppressed, AlertOutcome.Suppressed)]
    public void An_alerts_fate_is_that_of_its_audiences_which_weighs_most(AlertOutcome one, AlertOutcome other, AlertOutcome fate)
    {
        var (state, id) = Stalled();

        Assert.Equal(fate, FateOf(Settled(Settled(state, id, Sales, one), id, Marketing, other), id));
        Assert.Equal(fate, FateOf(Settled(Settled(state, id, Sales, other), id, Marketing, one), id));
    }

    [Fact]
    public void Settling_the_same_again_changes_nothing()
    {
        var (state, id) = Stalled();
        var once = AlertRules.Settle(state.Ledger, id, Sales, AlertOutcome.Held, "quiet hours of sales", Due);

        Assert.Same(once, AlertRules.Settle(once, id, Sales, AlertOutcome.Held, "quiet hours of sales", Due.AddHours(1)));
        Assert.Same(once, AlertRules.Settle(once, "another", Sales, AlertOutcome.Held, null, Due));
    }

    [Fact]
    public void The_time_of_a_fate_is_that_of_its_last_change()
    {
        var (state, id) = Stalled();
        var held = AlertRules.Settle(state.Ledger, id, Sales, AlertOutcome.Held, null, Due.AddHours(1));
        var told = AlertRules.Settle(held, id, Sales, AlertOutcome.Sent, null, Due.AddHours(9));

        Assert.Equal(Due.AddHours(9), told.Alerts.Single(alert => alert.Id == id).At);
    }

    [Fact]
    public void An_alert_that_is_not_known_is_left()
    {
        var (state, _) = Stalled();

        Assert.IsType<AlertCourse.Leave>(Decide(state, "another"));
        Assert.IsType<AlertCourse.Leave>(Decide(null, "any"));
        Assert.IsType<AlertCourse.Leave>(Decide(JourneyState.New(Id("1201")), "any"));
    }

    [Fact]
    public void A_lead_that_has_moved_on_is_not_told_of()
    {
        var (state, id) = Stalled();
        var moved = JourneyRules.Decide(state, [Claim(FunnelStage.Commitment, Due.AddMinutes(1), "salesforce", ToolSide.Crm)], Policy, Due.AddMinutes(2)).State;

        Assert.Equal(new AlertCourse.End(AlertOutcome.Suppressed, "the lead has moved on"), Decide(moved, id));
    }

    [Fact]
    public void An_erased_person_is_not_told_of()
    {
        var (state, id) = Stalled();
        var erased = JourneyRules.Decide(state, [Erased()], Policy, Due.AddMinutes(2)).State;

        Assert.Equal(new AlertCourse.End(AlertOutcome.Suppressed, "the person is erased"), Decide(erased, id));
    }

    [Fact]
    public void A_lead_of_which_no_fact_is_left_is_not_told_of_and_its_alert_has_a_fate()
    {
        var (state, id) = Stalled();

        Assert.Equal(
            new AlertCourse.End(AlertOutcome.Suppressed, "the lead was merged into another"),
            Decide(state with { Facts = state.Facts.Clear(), Ledger = state.Ledger with { MergedInto = Id("1202") } }, id));
    }

    [Fact]
    public void A_handoff_that_was_taken_up_meanwhile_is_not_told_of()
    {
        var state = StateOf(Id("1201"), Monday, Claim(FunnelStage.Evaluation, Monday));
        var late = StallRules.Decide(state, Policy, Monday.AddHours(5)).State;
        var alert = Assert.Single(late.Ledger.Alerts, alert => alert.Kind == AlertKind.HandoffNotAccepted);
        var taken = JourneyRules.Decide(late, [OpenDeal("1", 5m, "EUR", Monday.AddHours(5))], Policy, Monday.AddHours(6)).State;

        Assert.IsType<AlertCourse.Tell>(Decide(late, alert.Id));
        Assert.IsType<AlertCourse.End>(Decide(taken, alert.Id));
    }

    [Theory]
    [InlineData(-1, AlertOutcome.Snoozed)]
    [InlineData(0, AlertOutcome.Pending)]
    public void While_somebody_asked_for_silence_nothing_is_told_and_from_its_end_on_it_is(int seconds, AlertOutcome fate)
    {
        var (state, id) = Stalled();
        var silence = new Silence { Id = "s", Kind = SilenceKind.Snoozed, Team = Team.Marketing, At = Due, Until = Due.AddHours(1), Stage = FunnelStage.Evaluation, EnteredAt = Monday };

        var course = Decide(state with { Ledger = state.Ledger with { Silences = [silence] } }, id, now: silence.Until.AddSeconds(seconds));

        Assert.Equal(fate, course is AlertCourse.End end ? end.Fate : AlertOutcome.Pending);
    }

    [Theory]
    [InlineData("salesforce", true)]
    [InlineData("hubspot", true)]
    [InlineData(Outage.Inbound, true)]
    [InlineData("pipedrive", false)]
    public void A_lead_depends_on_the_connectors_it_has_records_or_deals_in(string down, bool inhibited)
    {
        var state = StateOf(Id("1201"), Monday, Claim(FunnelStage.Evaluation, Monday), Known("hubspot", "1"), OpenDeal("1", 5m, "EUR", Monday));
        var stalled = StallRules.Decide(state, Policy, Due).State;
        var id = stalled.Ledger.Alerts.Single(alert => alert.Kind == AlertKind.StageOverdue).Id;

        var course = Decide(stalled, id, down: new() { [down] = "it is late" });

        Assert.Equal(inhibited ? new AlertCourse.Inhibit(down, "it is late") : null, course as AlertCourse.Inhibit);
        Assert.Equal(!inhibited, course is AlertCourse.Tell);
    }

    [Theory]
    [InlineData(0, "sales")]
    [InlineData(1, "marketing,sales")]
    [InlineData(2, "marketing:managers,sales:managers")]
    public void A_level_concerns_the_owner_then_both_teams_then_their_managers(int level, string audiences)
    {
        var (state, id) = Stalled();
        var alert = state.Ledger.Alerts.Single(alert => alert.Id == id) with { Level = level };

        Assert.Equal(audiences, string.Join(',', RecipientGroup.Of(alert, Team.Sales, state.Ledger)));
    }

    [Fact]
    public void An_escalation_that_overtook_the_limit_concerns_the_teams_too()
    {
        var (state, id) = Stalled();
        var limit = state.Ledger.Alerts.Single(alert => alert.Id == id);
        var passedOver = state.Ledger with { Alerts = [limit with { Fate = AlertOutcome.Suppressed }] };

        Assert.Equal("marketing,marketing:managers,sales,sales:managers", string.Join(',', RecipientGroup.Of(limit with { Id = "2", Level = 2 }, Team.Sales, passedOver)));
    }

    [Fact]
    public void An_escalation_that_overtook_the_return_of_the_limit_concerns_the_teams_too()
    {
        var (state, id) = Stalled();
        var limit = state.Ledger.Alerts.Single(alert => alert.Id == id);
        var told = AlertRules.Settle(state.Ledger, id, Sales, AlertOutcome.Sent, null, Due).Alerts;
        var overtaken = state.Ledger with { Alerts = [.. told, limit with { Id = "2", ReminderNumber = 1, Fate = AlertOutcome.Suppressed }] };

        Assert.Equal("marketing,marketing:managers,sales,sales:managers", string.Join(',', RecipientGroup.Of(limit with { Id = "3", Level = 2 }, Team.Sales, overtaken)));
    }

    [Fact]
    public void What_comes_back_after_an_escalation_that_told_the_teams_is_told_to_them_again()
    {
        var (state, id) = Stalled();
        var limit = state.Ledger.Alerts.Single(alert => alert.Id == id);
        var back = state with { Ledger = state.Ledger with { Alerts = [limit with { Fate = AlertOutcome.Suppressed }, limit with { Id = "escalation", Level = 2 }, limit with { Id = "back", ReminderNumber = 1 }] } };

        Assert.IsType<AlertCourse.Tell>(Decide(back, "back"));
        Assert.Equal(new AlertCourse.End(AlertOutcome.Suppressed, "level 1 says it"), Decide(back, "escalation"));
    }

    [Fact]
    public void A_third_team_that_owns_a_stage_is_told_too()
    {
        var (state, id) = Stalled();

        Assert.Equal("marketing,pr,sales", string.Join(',', RecipientGroup.Of(state.Ledger.Alerts.Single(alert => alert.Id == id), "pr", state.Ledger)));
    }

    [Fact]
    public void A_heads_up_that_the_limit_has_caught_up_with_is_not_told()
    {
        var (state, id) = Stalled();
        var limit = state.Ledger.Alerts.Single(alert => alert.Id == id);
        var both = state with { Ledger = state.Ledger with { Alerts = [limit with { Id = "early", Level = 0 }, limit] } };

        Assert.Equal(new AlertCourse.End(AlertOutcome.Suppressed, "level 1 says it"), Decide(both, "early"));
        Assert.IsType<AlertCourse.Tell>(Decide(both, id));
    }

    [Fact]
    public void Only_who_was_told_and_does_not_know_yet_hears_that_a_lead_has_moved_on()
    {
        var (state, id) = Stalled();
        var told = Settled(Settled(state, id, Sales, AlertOutcome.Grouped), id, Marketing, AlertOutcome.Suppressed);
        var known = told with { Ledger = AlertRules.SettleResolved(told.Ledger, id, Sales) };

        Assert.IsType<AlertCourse.Tell>(Decide(told, id, kind: MailboxKind.Resolved));
        Assert.IsType<AlertCourse.Leave>(Decide(known, id, kind: MailboxKind.Resolved));
        Assert.Equal([Sales], AlertRules.NotifiedOf(told.Ledger, told.Ledger.Alerts.Single(alert => alert.Id == id)));
    }

    [Fact]
    public void Who_heard_that_a_handoff_was_taken_up_hears_too_that_the_overdue_lead_has_moved_on()
    {
        var (state, id) = Stalled();
        var overdue = state.Ledger.Alerts.Single(alert => alert.Id == id);
        RecipientOutcome told = new(Team.Sales, AlertOutcome.Sent, null, Due);
        var handoff = overdue with { Id = "handoff", Kind = AlertKind.HandoffNotAccepted, ResolvedAt = Due, Outcomes = [told with { ResolutionTold = true }] };
        var ledger = state.Ledger with { Alerts = [handoff, overdue with { Outcomes = [told] }] };

        Assert.Equal([Sales], AlertRules.NotifiedOf(ledger, ledger.Alerts[1]));
        Assert.Empty(AlertRules.NotifiedOf(AlertRules.SettleResolved(ledger, id, Sales), ledger.Alerts[1]));
    }

    [Fact]
    public void A_handoff_that_was_taken_up_says_nothing_of_the_stage_that_is_still_overdue()
    {
        var (state, id) = Stalled();
        var overdue = state.Ledger.Alerts.Single(alert => alert.Id == id);
        RecipientOutcome told = new(Team.Sales, AlertOutcome.Sent, null, Due);
        var handoff = overdue with { Id = "handoff", Kind = AlertKind.HandoffNotAccepted, ResolvedAt = Due, Outcomes = [told] };
        var ledger = AlertRules.SettleResolved(state.Ledger with { Alerts = [handoff, overdue with { Outcomes = [told] }] }, "handoff", Sales);

        Assert.Equal([true, false], ledger.Alerts.Select(alert => Assert.Single(alert.Outcomes).ResolutionTold));
    }

    private static AlertCourse Decide(JourneyState? state, string alertId, MailboxKind kind = MailboxKind.Stalled, Dictionary<string, string>? down = null, DateTimeOffset? now = null) =>
        AlertRules.Decide(state, new() { RecipientGroup = Sales, LeadId = Id("1201"), AlertId = alertId, Kind = kind, PutAt = Due }, down ?? [], Teams, Policy, now ?? Due);

    private static JourneyState Settled(JourneyState state, string alertId, RecipientGroup recipientGroup, AlertOutcome fate) =>
        state with { Ledger = AlertRules.Settle(state.Ledger, alertId, recipientGroup, fate, null, Due) };

    private static AlertOutcome FateOf(JourneyState state, string alertId) => state.Ledger.Alerts.Single(alert => alert.Id == alertId).Fate;

    private static (JourneyState State, string AlertId) Stalled()
    {
        var state = StateOf(Id("1201"), Monday, Claim(FunnelStage.Evaluation, Monday));
        var stalled = StallRules.Decide(state, Policy, Due).State;
        return (stalled, stalled.Ledger.Alerts.Single(alert => alert.Kind == AlertKind.StageOverdue).Id);
    }
}
