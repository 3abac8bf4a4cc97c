using IntegrationHub.Functions.Alerts;
using IntegrationHub.Functions.Settings;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

public sealed class AlertRulesTests
{
    private static readonly DateTimeOffset Due = Monday.AddDays(2);

    [Theory]
    [InlineData(AlertFate.Pending, true)]
    [InlineData(AlertFate.Failed, true)]
    [InlineData(AlertFate.Sent, false)]
    [InlineData(AlertFate.Grouped, false)]
    [InlineData(AlertFate.Held, false)]
    [InlineData(AlertFate.Inhibited, false)]
    [InlineData(AlertFate.Snoozed, false)]
    [InlineData(AlertFate.Suppressed, false)]
    public void Only_a_pending_alert_or_a_failed_one_that_is_replayed_is_told(AlertFate fate, bool told)
    {
        var (state, id) = Stalled();

        var course = AlertRules.Decide(state with { Ledger = AlertRules.Settle(state.Ledger, id, fate, Due) }, id, Policy);

        Assert.IsType(told ? typeof(AlertCourse.Tell) : typeof(AlertCourse.Leave), course);
    }

    [Fact]
    public void An_alert_that_is_not_known_is_left()
    {
        var (state, _) = Stalled();

        Assert.IsType<AlertCourse.Leave>(AlertRules.Decide(state, "another", Policy));
        Assert.IsType<AlertCourse.Leave>(AlertRules.Decide(null, "any", Policy));
        Assert.IsType<AlertCourse.Leave>(AlertRules.Decide(JourneyState.New(Id("1201")), "any", Policy));
    }

    [Fact]
    public void A_lead_that_has_moved_on_is_not_told_of()
    {
        var (state, id) = Stalled();
        var moved = JourneyRules.Decide(state, [Claim(FunnelStage.Commitment, Due.AddMinutes(1), "salesforce", ToolSide.Crm)], Policy, Due.AddMinutes(2)).State;

        Assert.IsType<AlertCourse.Suppress>(AlertRules.Decide(moved, id, Policy));
    }

    [Fact]
    public void An_erased_person_is_not_told_of()
    {
        var (state, id) = Stalled();
        var erased = JourneyRules.Decide(state, [Erased()], Policy, Due.AddMinutes(2)).State;

        Assert.IsType<AlertCourse.Suppress>(AlertRules.Decide(erased, id, Policy));
    }

    [Fact]
    public void A_handoff_that_was_taken_up_meanwhile_is_not_told_of()
    {
        var state = StateOf(Id("1201"), Monday, Claim(FunnelStage.Evaluation, Monday));
        var late = StallRules.Decide(state, Policy, Monday.AddHours(5)).State;
        var alert = Assert.Single(late.Ledger.Alerts, alert => alert.Kind == AlertKind.HandoffNotAccepted);
        var taken = JourneyRules.Decide(late, [OpenDeal("1", 5m, "EUR", Monday.AddHours(5))], Policy, Monday.AddHours(6)).State;

        Assert.IsType<AlertCourse.Tell>(AlertRules.Decide(late, alert.Id, Policy));
        Assert.IsType<AlertCourse.Suppress>(AlertRules.Decide(taken, alert.Id, Policy));
    }

    [Theory]
    [InlineData("https://crm.example.com/1", "https://crm.example.com/1")]
    [InlineData("javascript:alert(1)", null)]
    [InlineData("not a link", null)]
    [InlineData(null, null)]
    public void Only_a_web_address_becomes_a_link(string? recordUrl, string? link)
    {
        var (state, id) = Stalled();
        var withRecord = state with { Ledger = state.Ledger with { Handoffs = [.. state.Ledger.Handoffs.Select(handoff => handoff with { RecordUrl = recordUrl })] } };

        var tell = Assert.IsType<AlertCourse.Tell>(AlertRules.Decide(withRecord, id, Policy));

        Assert.Equal(link, tell.Link?.AbsoluteUri);
    }

    [Theory]
    [InlineData("sales", "marketing,sales,pr", "marketing,sales")]
    [InlineData("marketing", "marketing,sales", "marketing,sales")]
    [InlineData("pr", "marketing,sales,pr", "marketing,pr,sales")]
    [InlineData("sales", "marketing", "marketing")]
    [InlineData("sales", "", "")]
    public void The_owner_and_marketing_and_sales_are_told_as_far_as_they_have_recipients(string owner, string withRecipients, string told)
    {
        var teams = new TeamsSettings(withRecipients.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(name => name, name => new TeamSettings { Name = name, Recipients = [$"{name}@example.com"] }));

        Assert.Equal(told, string.Join(',', AlertRules.TeamsToTell(owner, teams).Select(team => team.Name)));
    }

    private static (JourneyState State, string AlertId) Stalled()
    {
        var state = StateOf(Id("1201"), Monday, Claim(FunnelStage.Evaluation, Monday));
        var stalled = StallRules.Decide(state, Policy, Due).State;
        return (stalled, stalled.Ledger.Alerts.Single(alert => alert.Kind == AlertKind.StageOverdue).Id);
    }
}
