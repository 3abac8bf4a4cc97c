using static IntegrationHub.Funnel.FunnelStage;
using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests;

/// <summary>How far up a stall goes, when it is said again, and when it is over. The limit is ten hours, every hour counts.</summary>
public sealed class StallLevelTests
{
    private static readonly FunnelSettings Limits = Settings.With(Evaluation, stallAfter: TimeSpan.FromHours(10)) with { Alerts = new() };

    [Theory]
    [InlineData(449, "")]
    [InlineData(450, "0 Pending")]
    [InlineData(599, "0 Pending")]
    [InlineData(600, "0 Suppressed, 1 Pending")]
    [InlineData(1199, "0 Suppressed, 1 Pending")]
    [InlineData(1200, "0 Suppressed, 1 Suppressed, 2 Pending")]
    [InlineData(99_999, "0 Suppressed, 1 Suppressed, 2 Pending")]
    public void Of_levels_that_come_due_at_once_only_the_highest_is_told(int minute, string expected)
    {
        var decision = StallRules.Decide(Arrived(), Limits, Minute(minute));

        Assert.Equal(expected, Told(decision.State));
        Assert.Equal(expected.Length == 0 ? 0 : 1, decision.Events.Count);
        Assert.All(decision.State.Ledger.Alerts, alert => Assert.Equal(alert.Fate == AlertOutcome.Suppressed, alert.FateReason is not null));
    }

    [Fact]
    public void Swept_in_time_each_level_is_told_once_at_its_own_share_of_the_limit()
    {
        var state = Arrived();
        foreach (var minute in Enumerable.Range(0, 2000))
        {
            state = StallRules.Decide(state, Limits, Minute(minute)).State;
        }

        Assert.Equal([Minute(450), Minute(600), Minute(1200)], state.Ledger.Alerts.Select(alert => alert.DueAt));
        Assert.Equal([Minute(450), Minute(600), Minute(1200)], state.Ledger.Alerts.Select(alert => alert.RaisedAt!.Value));
        Assert.Equal("0 Pending, 1 Pending, 2 Pending", Told(state));
        Assert.Equal(3, state.Ledger.Alerts.Select(alert => alert.Id).Distinct().Count());
    }

    [Fact]
    public void A_handoff_that_nobody_takes_up_has_the_same_levels_beside_those_of_its_stage()
    {
        var settings = Limits.With(Evaluation, stallAfter: TimeSpan.FromHours(10), acceptWithin: TimeSpan.FromHours(4));

        var state = Swept(Arrived(settings), settings, 180, 240, 450, 480, 600, 1200);

        Assert.Equal(
            [(AlertKind.HandoffNotAccepted, 0), (AlertKind.HandoffNotAccepted, 1), (AlertKind.StageOverdue, 0), (AlertKind.HandoffNotAccepted, 2), (AlertKind.StageOverdue, 1), (AlertKind.StageOverdue, 2)],
            state.Ledger.Alerts.Select(alert => (alert.Kind, alert.Level)));
    }

    [Fact]
    public void Levels_that_are_off_are_never_raised()
    {
        var settings = Limits with { Alerts = new() { HeadsUpAt = null, EscalateAt = null } };

        Assert.Equal("1 Pending", Told(StallRules.Decide(Arrived(), settings, Minute(5000)).State));
    }

    [Fact]
    public void A_heads_up_that_is_switched_on_later_does_not_follow_the_alert_at_the_limit()
    {
        var without = Limits with { Alerts = new() { HeadsUpAt = null } };
        var state = StallRules.Decide(Arrived(), without, Minute(600)).State;

        Assert.Empty(StallRules.Decide(state, Limits, Minute(700)).Events);
    }

    [Theory]
    [InlineData(AlertOutcome.Sent, 119, 0)]
    [InlineData(AlertOutcome.Sent, 120, 1)]
    [InlineData(AlertOutcome.Grouped, 120, 1)]
    [InlineData(AlertOutcome.Pending, 5000, 0)]
    [InlineData(AlertOutcome.Held, 5000, 0)]
    [InlineData(AlertOutcome.Suppressed, 5000, 0)]
    public void What_was_told_is_told_again_once_the_time_to_repeat_has_passed_since(AlertOutcome fate, int minutesAfter, int rounds)
    {
        var settings = Limits with { Alerts = new() { HeadsUpAt = null, EscalateAt = null, RepeatAfter = TimeSpan.FromHours(2) } };
        var state = Settled(StallRules.Decide(Arrived(), settings, Minute(600)).State, fate, 605);

        var again = StallRules.Decide(state, settings, Minute(605 + minutesAfter));

        Assert.Equal(rounds, again.Events.Count);
        Assert.All(again.State.Ledger.Alerts.Skip(1), alert => Assert.Equal((1, 1, Minute(600)), (alert.Level, alert.ReminderNumber, alert.DueAt)));
        Assert.Equal(fate is AlertOutcome.Sent or AlertOutcome.Grouped && rounds == 0 ? Minute(605 + 120) : null, again.NextDue);
    }

    [Fact]
    public void Work_on_the_lead_puts_the_repeat_off()
    {
        var settings = Limits with { Alerts = new() { HeadsUpAt = null, EscalateAt = null, RepeatAfter = TimeSpan.FromHours(2) } };
        var told = Settled(StallRules.Decide(Arrived(), settings, Minute(600)).State, AlertOutcome.Sent, 605);
        var worked = JourneyRules.Decide(told, [Logged(650)], settings, Minute(650));

        Assert.Equal(Minute(650 + 120), worked.NextDue);
    }

    [Fact]
    public void Without_a_time_to_repeat_what_was_told_is_told_once()
    {
        var told = Settled(Swept(Arrived(), Limits, 450, 600, 1200), AlertOutcome.Sent, 1200);

        Assert.Null(StallRules.Decide(told, Limits, Minute(99_999)).NextDue);
        Assert.Empty(StallRules.Decide(told, Limits, Minute(99_999)).Events);
    }

    [Theory]
    [InlineData(AlertOutcome.Sent, true)]
    [InlineData(AlertOutcome.Grouped, true)]
    [InlineData(AlertOutcome.Pending, false)]
    [InlineData(AlertOutcome.Held, false)]
    [InlineData(AlertOutcome.Inhibited, false)]
    [InlineData(AlertOutcome.Snoozed, false)]
    [InlineData(AlertOutcome.Suppressed, false)]
    [InlineData(AlertOutcome.Failed, false)]
    public void A_stall_that_was_told_is_resolved_once_when_the_lead_moves(AlertOutcome fate, bool resolved)
    {
        var told = Settled(Swept(Arrived(), Limits, 450, 600, 1200), fate, 1200);

        var moved = JourneyRules.Decide(told, [CrmClaims(Commitment, 1300, "Won")], Limits, Minute(1301));
        var later = JourneyRules.Decide(moved.State, [Logged(1400)], Limits, Minute(1401));

        var events = moved.Events.OfType<StallResolved>().ToList();
        Assert.Equal(resolved ? 1 : 0, events.Count);
        Assert.All(events, said => Assert.Equal(told.Ledger.Alerts[^1].Id, said.AlertId));
        Assert.Equal([null, resolved ? Minute(1301) : null, resolved ? Minute(1301) : null], moved.State.Ledger.Alerts.Select(alert => alert.ResolvedAt));
        Assert.Empty(later.Events.OfType<StallResolved>());
    }

    [Fact]
    public void A_stall_that_one_team_was_told_of_is_resolved_though_the_mail_to_the_other_failed()
    {
        var raised = Settled(Swept(Arrived(), Limits, 450, 600), AlertOutcome.Failed, 600);
        var limit = raised.Ledger.Alerts[^1] with { Outcomes = [new("marketing", AlertOutcome.Failed, "550", Minute(600)), new("sales", AlertOutcome.Sent, null, Minute(600))] };
        var told = raised with { Ledger = raised.Ledger with { Alerts = [limit] } };

        Assert.Single(JourneyRules.Decide(told, [CrmClaims(Commitment, 700, "Won")], Limits, Minute(700)).Events.OfType<StallResolved>());
    }

    [Fact]
    public void Only_a_heads_up_that_was_told_needs_no_word_when_the_lead_moves()
    {
        var told = Settled(Swept(Arrived(), Limits, 450), AlertOutcome.Sent, 450);

        Assert.Empty(JourneyRules.Decide(told, [CrmClaims(Commitment, 500, "Won")], Limits, Minute(500)).Events.OfType<StallResolved>());
    }

    [Fact]
    public void Taking_up_a_late_handoff_resolves_that_and_not_the_overdue_stage()
    {
        var settings = Limits.With(Evaluation, stallAfter: TimeSpan.FromHours(10), acceptWithin: TimeSpan.FromHours(4));
        var told = Settled(Swept(Arrived(settings), settings, 180, 240, 450, 600), AlertOutcome.Sent, 600);

        var taken = JourneyRules.Decide(told, [Accepted(610)], settings, Minute(611));

        Assert.Single(taken.Events.OfType<StallResolved>());
        Assert.All(taken.State.Ledger.Alerts, alert => Assert.Equal(alert.Kind == AlertKind.HandoffNotAccepted && alert.Level > 0, alert.ResolvedAt is not null));
    }

    [Fact]
    public void A_lead_that_turned_out_to_be_another_is_not_looked_at()
    {
        var merged = Arrived() with { Ledger = Arrived().Ledger with { MergedInto = Given.Keys.LeadOf(IdentityKey.Person(HubSpot, "9")) } };

        Assert.Empty(StallRules.Decide(merged, Limits, Minute(5000)).Events);
        Assert.Null(StallRules.Decide(merged, Limits, Minute(5000)).NextDue);
    }

    private static DateTimeOffset Minute(int minute) => Start.AddMinutes(minute);

    private static JourneyState Arrived(FunnelSettings? settings = null) =>
        JourneyRules.Decide(JourneyState.New(Lead), [MarketingClaims(Evaluation, 0)], settings ?? Limits, Start).State;

    private static JourneyState Swept(JourneyState state, FunnelSettings settings, params int[] minutes) =>
        minutes.Aggregate(state, (swept, minute) => StallRules.Decide(swept, settings, Minute(minute)).State);

    private static JourneyState Settled(JourneyState state, AlertOutcome fate, int minute) =>
        state with { Ledger = state.Ledger with { Alerts = [.. state.Ledger.Alerts.Select(alert => alert with { Fate = fate, At = Minute(minute) })] } };

    private static string Told(JourneyState state) => string.Join(", ", state.Ledger.Alerts.Select(alert => $"{alert.Level} {alert.Fate}"));
}
