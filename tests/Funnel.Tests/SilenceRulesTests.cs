using System.Collections.Immutable;
using static IntegrationHub.Funnel.FunnelStage;
using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests;

/// <summary>Who may ask for silence, how long it lasts, and what comes back after it.</summary>
public sealed class SilenceRulesTests
{
    /// <summary>The limit is ten hours and every hour counts; a "we are on it" lasts five.</summary>
    private static readonly FunnelSettings Limits = Settings.With(Evaluation, stallAfter: TimeSpan.FromHours(10)) with { Alerts = new() { AcknowledgedFor = TimeSpan.FromHours(5) } };

    [Fact]
    public void An_acknowledgement_keeps_the_next_level_silent_and_then_it_comes_back_once()
    {
        var told = Told(1000);
        var silent = Granted(SilenceRules.Acknowledge(told, Link(told), Minute(1000), Limits));

        Assert.Equal(Minute(1300), Assert.Single(silent.Ledger.Silences).Until);
        Assert.Empty(StallRules.Decide(silent, Limits, Minute(1299)).Events);
        var back = StallRules.Decide(silent, Limits, Minute(1300));
        Assert.Equal([(1, 1, AlertOutcome.Suppressed), (2, 0, AlertOutcome.Pending)], back.State.Ledger.Alerts.Skip(1).Select(alert => (alert.Level, alert.ReminderNumber, alert.Fate)));
        Assert.Empty(StallRules.Decide(back.State, Limits, Minute(99_999)).Events);
    }

    [Fact]
    public void What_was_told_before_a_silence_comes_back_in_its_next_round()
    {
        var told = Told(600);
        var silent = Granted(SilenceRules.Acknowledge(told, Link(told), Minute(610), Limits));

        var back = StallRules.Decide(silent, Limits, Minute(910));

        var alert = back.State.Ledger.Alerts[^1];
        Assert.Equal((AlertKind.StageOverdue, 1, 1, Minute(600), Minute(910)), (alert.Kind, alert.Level, alert.ReminderNumber, alert.DueAt, alert.RaisedAt!.Value));
        Assert.Single(back.Events);
        Assert.Equal(Minute(1200), back.NextDue);
    }

    [Fact]
    public void What_came_back_and_was_suppressed_does_not_come_back_with_every_look()
    {
        var told = Told(1200);
        var silent = Granted(SilenceRules.Acknowledge(told, Link(told), Minute(1210), Limits));
        var back = StallRules.Decide(silent, Limits, Minute(1510)).State;
        var suppressed = back with { Ledger = back.Ledger with { Alerts = back.Ledger.Alerts.SetItem(1, back.Ledger.Alerts[1] with { Fate = AlertOutcome.Suppressed }) } };

        var later = StallRules.Decide(suppressed, Limits, Minute(1520));

        Assert.Equal(2, later.State.Ledger.Alerts.Length);
        Assert.Null(later.NextDue);
    }

    [Fact]
    public void Silence_that_a_late_handoff_asked_for_is_about_the_stay_of_that_handoff()
    {
        var settings = Limits.With(Evaluation, acceptWithin: TimeSpan.FromHours(10));
        var arrived = JourneyRules.Decide(JourneyState.New(Lead), [MarketingClaims(Evaluation, 0)], settings, Start).State;
        var moved = JourneyRules.Decide(arrived, [CrmClaims(Commitment, 500, "Negotiation")], settings, Minute(500)).State;
        var told = StallRules.Decide(moved, settings, Minute(600)).State;
        var late = Assert.Single(told.Ledger.Alerts, alert => alert is { Kind: AlertKind.HandoffNotAccepted, Level: 1 });

        var silent = Granted(SilenceRules.Acknowledge(told, Link(told) with { AlertId = late.Id }, Minute(610), settings));

        Assert.Equal((late.Stage, late.EnteredAt), (silent.Ledger.Silences[0].Stage, silent.Ledger.Silences[0].EnteredAt));
        Assert.True(SilenceRules.IsSilent(silent.Ledger, late, Minute(700)));
    }

    [Theory]
    [InlineData(AlertOutcome.Pending)]
    [InlineData(AlertOutcome.Held)]
    [InlineData(AlertOutcome.Inhibited)]
    [InlineData(AlertOutcome.Failed)]
    public void What_was_on_its_way_when_silence_began_is_snoozed_and_comes_back_at_its_level(AlertOutcome fate)
    {
        var told = Told(1200, fate);
        var silent = Granted(SilenceRules.Snooze(told, Link(told), SnoozeChoice.Tomorrow, " on holiday ", Minute(1205), Limits));

        Assert.Equal((AlertOutcome.Snoozed, "put off by sales", Minute(1205)), (silent.Ledger.Alerts[^1].Fate, silent.Ledger.Alerts[^1].FateReason, silent.Ledger.Alerts[^1].At));
        Assert.Equal("on holiday", silent.Ledger.Silences[0].Reason);
        var back = StallRules.Decide(silent, Limits, silent.Ledger.Silences[0].Until).State.Ledger.Alerts[^1];
        Assert.Equal((2, 1), (back.Level, back.ReminderNumber));
    }

    [Fact]
    public void A_heads_up_that_was_acknowledged_leaves_the_limit_to_come_after_the_silence()
    {
        var told = Told(450);
        var silent = Granted(SilenceRules.Acknowledge(told, Link(told), Minute(460), Limits));

        Assert.Equal(Minute(760), StallRules.Decide(silent, Limits, Minute(759)).NextDue);
        var alert = Assert.Single(StallRules.Decide(silent, Limits, Minute(760)).State.Ledger.Alerts, alert => alert.Level == 1);
        Assert.Equal((0, Minute(600)), (alert.ReminderNumber, alert.DueAt));
    }

    [Fact]
    public void A_second_use_of_a_link_changes_nothing_even_when_it_has_expired()
    {
        var told = Told(600);
        var silent = Granted(SilenceRules.Acknowledge(told, Link(told), Minute(610), Limits));

        var again = Assert.IsType<SilenceAnswer.Repeated>(SilenceRules.Snooze(silent, Link(told), SnoozeChoice.Tomorrow, null, Minute(99_999), Limits));

        Assert.Equal(silent.Ledger.Silences[0], again.Silence);
    }

    [Theory]
    [InlineData(1999, true)]
    [InlineData(2000, false)]
    [InlineData(2001, false)]
    public void A_link_works_until_it_expires(int minute, bool works)
    {
        var told = Told(600);

        var answer = SilenceRules.Acknowledge(told, Link(told), Minute(minute), Limits);

        Assert.Equal(works ? null : SilenceRefusal.Expired, (answer as SilenceAnswer.Refused)?.Why);
    }

    [Fact]
    public void A_lead_that_moved_and_an_alert_nobody_knows_need_no_silence()
    {
        var told = Told(600);
        var moved = JourneyRules.Decide(told, [CrmClaims(Commitment, 610, "Won")], Limits, Minute(610)).State;
        var erased = JourneyRules.Decide(told, [Erased(610)], Limits, Minute(610)).State;

        Assert.Equal(SilenceRefusal.MovedOn, Refused(SilenceRules.Acknowledge(moved, Link(told), Minute(620), Limits)));
        Assert.Equal(SilenceRefusal.MovedOn, Refused(SilenceRules.Acknowledge(erased, Link(told), Minute(620), Limits)));
        Assert.Equal(SilenceRefusal.Unknown, Refused(SilenceRules.Acknowledge(told, Link(told) with { AlertId = "another" }, Minute(620), Limits)));
        Assert.Equal(SilenceRefusal.Unknown, Refused(SilenceRules.Acknowledge(JourneyState.New(Lead), Link(told), Minute(620), Limits)));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    public void A_stay_is_put_off_only_as_often_as_is_set(int snoozes, int granted)
    {
        var settings = Limits with { Alerts = Limits.Alerts with { Snoozes = snoozes } };
        var state = Told(600);
        for (var time = 0; time < granted; time++)
        {
            state = Granted(SilenceRules.Snooze(state, Link(state) with { TokenId = $"{time}" }, SnoozeChoice.Tomorrow, null, Minute(610 + time), settings));
        }

        Assert.Equal(SilenceRefusal.TooOften, Refused(SilenceRules.Snooze(state, Link(state), SnoozeChoice.Tomorrow, null, Minute(620), settings)));
        Assert.IsType<SilenceAnswer.Granted>(SilenceRules.Acknowledge(state, Link(state), Minute(620), settings));
    }

    [Fact]
    public void Silence_ends_when_the_lead_moves()
    {
        var settings = Limits.With(Commitment, stallAfter: TimeSpan.FromHours(1));
        var told = Told(600);
        var silent = Granted(SilenceRules.Acknowledge(told, Link(told), Minute(610), settings));
        var moved = JourneyRules.Decide(silent, [CrmClaims(Commitment, 620, "Won")], settings, Minute(620)).State;

        Assert.Equal("Commitment 1", string.Join(", ", StallRules.Decide(moved, settings, Minute(680)).State.Ledger.Alerts.Skip(2).Where(alert => alert.Fate == AlertOutcome.Pending).Select(alert => $"{alert.Stage} {alert.Level}")));
    }

    [Fact]
    public void While_an_activity_is_booked_at_the_end_of_a_silence_it_stays_silent()
    {
        var told = Told(600);
        var silent = Granted(SilenceRules.Acknowledge(told, Link(told), Minute(610), Limits));
        var booked = JourneyRules.Decide(silent, [Booked("call", 700, 2000)], Limits, Minute(700));

        Assert.Equal(Minute(2000), booked.NextDue);
        Assert.Empty(StallRules.Decide(booked.State, Limits, Minute(1999)).Events);
        Assert.Single(StallRules.Decide(booked.State, Limits, Minute(2000)).Events);
    }

    [Theory]
    // Friday, 27 March 2026, 16:00 in Berlin: the clocks go forward on Sunday, so that Monday's nine o'clock is 07:00Z.
    [InlineData("2026-03-27T15:00Z", "", "2026-03-30T07:00Z", "2026-04-01T07:00Z")]
    // The Monday is a holiday.
    [InlineData("2026-03-27T15:00Z", "2026-03-30", "2026-03-31T07:00Z", "2026-04-02T07:00Z")]
    // Half past midnight in Berlin is Thursday there, though still Wednesday in UTC.
    [InlineData("2026-03-25T23:30Z", "", "2026-03-27T08:00Z", "2026-03-31T07:00Z")]
    // Eight in the morning on a working day: tomorrow is not today.
    [InlineData("2026-03-24T07:00Z", "", "2026-03-25T08:00Z", "2026-03-27T08:00Z")]
    public void Tomorrow_and_in_three_days_are_nine_in_the_morning_of_the_teams_working_days(string now, string holiday, string tomorrow, string inThree)
    {
        ImmutableHashSet<DateOnly> holidays = holiday.Length == 0 ? [] : [DateOnly.Parse(holiday, System.Globalization.CultureInfo.InvariantCulture)];
        var settings = Limits with { TeamCalendars = Limits.TeamCalendars.Add(Team.Sales, new("Europe/Berlin", "Mon-Fri", "10:00-17:00", holidays)) };

        var choices = SilenceRules.Choices(Folded(CrmClaims(Evaluation, 0)), Team.Sales, At(now), settings);

        Assert.Equal([new(SnoozeChoice.Tomorrow, At(tomorrow)), new(SnoozeChoice.InThreeDays, At(inThree))], choices);
    }

    [Theory]
    [InlineData(99, true)]
    [InlineData(100, false)]
    public void Only_an_activity_that_lies_ahead_can_be_waited_for(int minute, bool offered)
    {
        var journey = Folded(CrmClaims(Evaluation, 0), Booked("call", 5, 100));

        Assert.Equal(offered ? [Minute(100)] : [], SilenceRules.Choices(journey, Team.Sales, Minute(minute), Limits).Where(option => option.Choice == SnoozeChoice.UntilActivity).Select(option => option.Until));
        var told = Told(600);
        Assert.Equal(SilenceRefusal.NothingBooked, Refused(SilenceRules.Snooze(told, Link(told), SnoozeChoice.UntilActivity, null, Minute(620), Limits)));
    }

    private static DateTimeOffset Minute(int minute) => Start.AddMinutes(minute);

    /// <summary>A lead whose alerts up to a minute are raised; the last of them has this fate.</summary>
    private static JourneyState Told(int minute, AlertOutcome fate = AlertOutcome.Sent)
    {
        var arrived = JourneyRules.Decide(JourneyState.New(Lead), [CrmClaims(Evaluation, 0)], Limits, Start).State;
        var raised = StallRules.Decide(arrived, Limits, Minute(minute)).State;
        return raised with { Ledger = raised.Ledger with { Alerts = [raised.Ledger.Alerts[^1] with { Fate = fate }] } };
    }

    private static SilenceLink Link(JourneyState state) => new("token", state.Ledger.Alerts[^1].Id, Team.Sales, Minute(2000));

    private static JourneyState Granted(SilenceAnswer answer) => Assert.IsType<SilenceAnswer.Granted>(answer).State;

    private static SilenceRefusal Refused(SilenceAnswer answer) => Assert.IsType<SilenceAnswer.Refused>(answer).Why;
}
