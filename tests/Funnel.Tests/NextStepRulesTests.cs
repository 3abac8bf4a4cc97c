using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests;

/// <summary>What a mail tells a team to do, by what happened to the lead.</summary>
public sealed class NextStepRulesTests
{
    private static readonly FunnelSettings Limits = Settings
        .With(FunnelStage.Interest, stallAfter: TimeSpan.FromHours(1))
        .With(FunnelStage.Evaluation, stallAfter: TimeSpan.FromHours(1), acceptWithin: TimeSpan.FromMinutes(30));

    [Fact]
    public void A_lead_that_sales_gave_back_is_not_sent_the_next_offer()
    {
        var (alert, story) = Stalled(CrmClaims(FunnelStage.Evaluation, 0), Returned("Budget moved to next year", 5));

        Assert.Equal((FunnelStage.Interest, StallCause.GivenBack, "Budget moved to next year"), (alert.Stage, story.Cause, story.Reason));
        Assert.Equal("decide when to come back to them, or close it", Step(alert, story, Team.Marketing, Team.Marketing));
        Assert.Equal("tell marketing when to try again", Step(alert, story, Team.Sales, Team.Marketing));
    }

    [Fact]
    public void A_reason_outlives_the_fact_that_gave_it()
    {
        var (alert, state) = Raised(CrmClaims(FunnelStage.Evaluation, 0), Returned("Budget moved to next year", 5));

        Assert.Equal("Budget moved to next year", StallStory.Of(alert, Fold(state), state.Ledger, []).Reason);
    }

    [Fact]
    public void A_lead_whose_deal_was_lost_is_not_sent_the_next_offer()
    {
        var (alert, story) = Stalled(Deal("1", DealStatus.Open, 0), Deal("1", DealStatus.Lost, 5) with { LostReason = "Too expensive" });

        Assert.Equal((StallCause.DealLost, "Too expensive"), (story.Cause, story.Reason));
        Assert.Equal("decide when to come back to them, or close it", Step(alert, story, Team.Marketing, Team.Marketing));
    }

    [Fact]
    public void A_lead_that_nothing_happened_to_is_called_by_sales_and_sent_an_offer_by_marketing()
    {
        var (ours, onEvaluation) = Stalled(CrmClaims(FunnelStage.Evaluation, 0), Accepted(1));
        var (theirs, onInterest) = Stalled(Touch(TouchKind.Form, 0));

        Assert.Equal("call today, or book the next step", Step(ours, onEvaluation, Team.Sales, Team.Sales));
        Assert.Equal("send the next offer today, or close it", Step(theirs, onInterest, Team.Marketing, Team.Marketing));
        Assert.Equal("offer sales help", Step(ours, onEvaluation, Team.Marketing, Team.Sales));
    }

    [Fact]
    public void An_open_deal_is_what_the_call_is_about()
    {
        var (alert, story) = Stalled(Deal("1", DealStatus.Open, 0));

        Assert.Equal("call about the deal today, or book the next step", Step(alert, story, Team.Sales, Team.Sales));
    }

    [Fact]
    public void An_appointment_that_is_over_comes_before_the_next_one()
    {
        var (alert, story) = Stalled(CrmClaims(FunnelStage.Evaluation, 0), Accepted(1), Booked("call", 2, 10));

        Assert.Equal((StallCause.ActivityOver, Start.AddMinutes(10)), (story.Cause, story.At));
        Assert.Equal("note the outcome of the appointment, or book the next step", Step(alert, story, Team.Sales, Team.Sales));
    }

    [Theory]
    [InlineData(HandoffDelivery.Pending, "take it up by hand: your tool does not have it yet")]
    [InlineData(HandoffDelivery.Failed, "take it up by hand: your tool does not have it yet")]
    [InlineData(HandoffDelivery.Delivered, "take it up today, or give it back with a reason")]
    public void Nobody_is_asked_to_take_up_in_a_tool_what_the_tool_does_not_have(HandoffDelivery delivery, string expected)
    {
        var (alert, state) = Raised(CrmClaims(FunnelStage.Evaluation, 0));
        var late = alert with { Kind = AlertKind.HandoffNotAccepted };
        var ledger = state.Ledger with { Handoffs = [state.Ledger.Handoffs[^1] with { Delivery = delivery, SettledAt = Start }] };

        Assert.Equal(expected, Step(late, StallStory.Of(late, Fold(state), ledger, [.. state.Facts.Values]), Team.Sales, Team.Sales));
    }

    [Fact]
    public void A_team_that_gave_the_lead_back_before_is_told_so_when_it_comes_again()
    {
        var (alert, state) = Raised(CrmClaims(FunnelStage.Evaluation, 0), Returned("No budget", 5));
        var again = JourneyRules.Decide(state, [CrmClaims(FunnelStage.Evaluation, 20)], Limits, Start.AddMinutes(20)).State;
        var delivered = again.Ledger.Handoffs[^1] with { Delivery = HandoffDelivery.Delivered };
        var ledger = again.Ledger with { Handoffs = again.Ledger.Handoffs.SetItem(again.Ledger.Handoffs.Length - 1, delivered) };
        var late = alert with { Kind = AlertKind.HandoffNotAccepted, Stage = delivered.Stage, EnteredAt = delivered.EnteredAt };

        var story = StallStory.Of(late, Fold(again), ledger, [.. again.Facts.Values]);

        Assert.Equal((StallCause.HandedOverAgain, "No budget"), (story.Cause, story.Reason));
        Assert.Equal("see what has changed since you gave it back, or give it back again", Step(late, story, Team.Sales, Team.Sales));
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public void A_question_of_the_last_thirty_days_is_repeated(int minutes, bool repeated)
    {
        var (alert, state) = Raised(CrmClaims(FunnelStage.Evaluation, 0), Accepted(1));
        var asked = Asked("Runs on premises?", 0) with { OccurredAt = alert.At.AddDays(-30).AddMinutes(minutes) };

        var story = StallStory.Of(alert, Fold(state), state.Ledger, [.. state.Facts.Values, asked]);

        Assert.Equal(repeated ? "Runs on premises?" : null, story.Question);
        Assert.Equal(repeated ? "help sales to answer what they asked" : "offer sales help", Step(alert, story, Team.Marketing, Team.Sales));
    }

    private static string Step(Alert alert, StallStory story, string team, string owner) =>
        NextStepRules.Of(alert.Kind, story, team, owner, optedOut: false).ToString();

    private static Journey Fold(JourneyState state) => JourneyFold.Fold(state.LeadId, state.Facts.Values, Limits);

    private static (Alert Alert, StallStory Story) Stalled(params Fact[] facts)
    {
        var (alert, state) = Raised(facts);
        return (alert, StallStory.Of(alert, Fold(state), state.Ledger, [.. state.Facts.Values]));
    }

    private static (Alert Alert, JourneyState State) Raised(params Fact[] facts)
    {
        var arrived = facts.Aggregate(JourneyState.New(Lead), (known, fact) => JourneyRules.Decide(known, [fact], Limits, fact.OccurredAt).State);
        var state = StallRules.Decide(arrived, Limits, Start.AddHours(3)).State;
        return (state.Ledger.Alerts.Last(alert => alert.Kind == AlertKind.StageOverdue), state);
    }
}
