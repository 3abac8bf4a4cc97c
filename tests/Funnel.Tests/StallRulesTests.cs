using System.Collections.Immutable;
using static IntegrationHub.Funnel.FunnelStage;
using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests;

/// <summary>When a lead counts as stalled. Instants were counted by hand; sales sit in Berlin, marketing in New York.</summary>
public sealed class StallRulesTests
{
    private static readonly ImmutableHashSet<DateOnly> NoHolidays = [];

    /// <summary>Friday, 17:00 in Berlin: half an hour before sales close, on the weekend in which the clocks go forward.</summary>
    private static readonly DateTimeOffset Friday = At("2026-03-27T16:00Z");

    [Theory]
    // Half an hour on Friday, three and a half on Monday from 09:00, which is 07:00Z by then.
    [InlineData("", "2026-03-30T10:30Z")]
    // A call booked on Friday at 17:15 for Monday at 11:00: a quarter of an hour has run, the rest runs from 11:00.
    [InlineData("booked 2026-03-27T16:15Z for 2026-03-30T09:00Z", "2026-03-30T12:45Z")]
    // The same call, moved on Monday at 10:00 to Tuesday at 10:00.
    [InlineData("booked 2026-03-27T16:15Z for 2026-03-30T09:00Z, booked 2026-03-30T08:00Z for 2026-03-31T08:00Z", "2026-03-31T11:45Z")]
    // The same call, called off on Monday at 10:00.
    [InlineData("booked 2026-03-27T16:15Z for 2026-03-30T09:00Z, booked 2026-03-30T08:00Z for nothing", "2026-03-30T11:45Z")]
    // Called off only after it was due: the pause had ended.
    [InlineData("booked 2026-03-27T16:15Z for 2026-03-30T09:00Z, booked 2026-03-30T09:30Z for nothing", "2026-03-30T12:45Z")]
    // Ten minutes within working time, and over.
    [InlineData("booked 2026-03-27T16:10Z for 2026-03-27T16:20Z", "2026-03-30T10:40Z")]
    // Booked before the lead came to sales: what lies after counts.
    [InlineData("booked 2026-03-27T15:00Z for 2026-03-27T16:10Z", "2026-03-30T10:40Z")]
    // Wholly outside working time: nothing to stand still.
    [InlineData("booked 2026-03-28T10:00Z for 2026-03-29T10:00Z", "2026-03-30T10:30Z")]
    // Booked in the past: no activity lies ahead.
    [InlineData("booked 2026-03-27T16:10Z for 2026-03-27T16:05Z", "2026-03-30T10:30Z")]
    // Booked at the very instant of the limit, and a minute later: too late.
    [InlineData("booked 2026-03-30T10:30Z for 2026-03-31T10:00Z", "2026-03-30T10:30Z")]
    // A minute before it.
    [InlineData("booked 2026-03-30T10:29Z for 2026-03-31T10:00Z", "2026-03-31T10:01Z")]
    public void A_lead_is_stalled_at_exactly_its_limit_of_working_time(string bookings, string expected)
    {
        var due = At(expected);
        var settings = Berlin(NoHolidays);
        var state = Arrived(settings, Friday, [ClaimAt(Evaluation, Friday), .. Bookings(bookings)]);

        Assert.Equal(due, StallRules.DeadlineOf(JourneyFold.Fold(Lead, state.Facts.Values, settings), settings));
        Assert.Empty(StallRules.Decide(state, settings, due.AddTicks(-1)).Events);
        Assert.Single(StallRules.Decide(state, settings, due).Events);
        Assert.Single(StallRules.Decide(state, settings, due.AddMinutes(1)).Events);
    }

    [Fact]
    public void An_activity_that_has_only_a_day_counts_until_that_day_ends_on_the_teams_clock()
    {
        // Tuesday ends in Berlin at 22:00Z in summer; the rest, three and three quarter hours, runs from Wednesday 09:00.
        var settings = Berlin(NoHolidays);
        var booked = Booked("call", 1, null) with { OccurredAt = At("2026-03-27T16:15Z"), DueOn = new(2026, 3, 31) };
        var journey = JourneyFold.Fold(Lead, [ClaimAt(Evaluation, Friday), booked], settings);

        Assert.Equal([new StallPause(At("2026-03-27T16:15Z"), At("2026-03-31T22:00Z"))], journey.Pauses);
        Assert.Equal(At("2026-04-01T10:45Z"), StallRules.DeadlineOf(journey, settings));
    }

    [Fact]
    public void Holidays_stop_the_clock()
    {
        var settings = Berlin([new DateOnly(2026, 3, 30)]);
        var journey = JourneyFold.Fold(Lead, [ClaimAt(Evaluation, Friday)], settings);

        Assert.Equal(At("2026-03-31T10:30Z"), StallRules.DeadlineOf(journey, settings));
    }

    [Fact]
    public void The_clock_is_that_of_the_team_that_owns_the_stage()
    {
        // Friday 16:30 in New York; Monday opens at 13:00Z, the clocks having gone forward: half an hour and one and a half.
        var settings = Berlin(NoHolidays).With(Interest, stallAfter: TimeSpan.FromHours(2));
        var journey = JourneyFold.Fold(Lead, [ClaimAt(Interest, At("2026-03-06T21:30Z"))], settings);

        Assert.Equal(At("2026-03-09T14:30Z"), StallRules.DeadlineOf(journey, settings));
        Assert.False(StallRules.IsStalled(journey, settings, At("2026-03-09T14:29Z")));
        Assert.True(StallRules.IsStalled(journey, settings, At("2026-03-09T14:30Z")));
    }

    [Fact]
    public void A_stage_without_a_limit_is_never_overdue()
    {
        var state = Arrived(Settings, Start, [CrmClaims(Evaluation, 0)]);

        Assert.Null(StallRules.DeadlineOf(Folded(CrmClaims(Evaluation, 0)), Settings));
        Assert.Null(StallRules.NextDue(Folded(CrmClaims(Evaluation, 0)), state.Ledger, Settings));
        Assert.Empty(StallRules.Decide(state, Settings, Start.AddYears(5)).Events);
    }

    [Fact]
    public void An_activity_booked_for_the_end_of_time_stops_the_clock_for_good()
    {
        var settings = Settings.With(Evaluation, stallAfter: TimeSpan.FromHours(1));
        var booked = Booked("call", 5, 60) with { DueAt = DateTimeOffset.MaxValue };
        var state = Arrived(settings, Start, [CrmClaims(Evaluation, 0), booked]);

        Assert.Null(StallRules.DeadlineOf(JourneyFold.Fold(Lead, state.Facts.Values, settings), settings));
        Assert.Empty(StallRules.Decide(state, settings, Start.AddYears(500)).Events);
    }

    [Fact]
    public void An_overdue_stage_is_said_once_with_what_both_teams_need()
    {
        var settings = Settings.With(Evaluation, stallAfter: TimeSpan.FromHours(1));
        var state = Arrived(settings, Start, [CrmClaims(Evaluation, 0)]);
        var now = Start.AddMinutes(75);

        var decision = StallRules.Decide(state, settings, now);

        var alert = Assert.Single(decision.State.Ledger.Alerts);
        Assert.Equal((AlertKind.StageOverdue, 1, Evaluation, Start, Start.AddHours(1), now, AlertOutcome.Pending), (alert.Kind, alert.Level, alert.Stage, alert.EnteredAt, alert.DueAt, alert.At, alert.Fate));
        var stalled = Assert.IsType<LeadStalled>(Assert.Single(decision.Events));
        Assert.Equal((alert.Id, alert.Id, Team.Sales, now), (stalled.Id, stalled.AlertId, stalled.Team, stalled.At));
        Assert.Null(decision.NextDue);
    }

    [Fact]
    public void A_stage_that_was_left_in_time_or_late_is_not_overdue()
    {
        var settings = Settings.With(Evaluation, stallAfter: TimeSpan.FromHours(1));
        var state = Arrived(settings, Start, [CrmClaims(Evaluation, 0), Returned("no budget", 70)]);

        Assert.Empty(StallRules.Decide(state, settings, Start.AddDays(1)).Events);
    }

    [Fact]
    public void A_stage_entered_again_has_a_clock_and_an_alert_of_its_own()
    {
        var settings = Settings.With(Evaluation, stallAfter: TimeSpan.FromHours(1));
        var first = StallRules.Decide(Arrived(settings, Start, [CrmClaims(Evaluation, 0)]), settings, Start.AddMinutes(60)).State;
        var again = JourneyRules.Decide(first, [Returned("no budget", 70), CrmClaims(Evaluation, 80)], settings, Start.AddMinutes(80));

        Assert.Equal(Start.AddMinutes(140), again.NextDue);
        Assert.Empty(StallRules.Decide(again.State, settings, Start.AddMinutes(139)).Events);
        var second = StallRules.Decide(again.State, settings, Start.AddMinutes(140));
        Assert.Equal(2, second.State.Ledger.Alerts.Select(alert => alert.Id).Distinct().Count());
    }

    [Theory]
    [InlineData(29, 0)]
    [InlineData(30, 1)]
    [InlineData(31, 1)]
    public void A_handoff_nobody_took_up_is_said_at_exactly_its_limit_from_the_announcement(int minutesAfter, int alerts)
    {
        var settings = Settings.With(Evaluation, acceptWithin: TimeSpan.FromMinutes(30));
        var announcedAt = Start.AddMinutes(5);
        var decision = JourneyRules.Decide(JourneyState.New(Lead), [MarketingClaims(Evaluation, 0)], settings, announcedAt);

        Assert.Equal(announcedAt.AddMinutes(30), decision.NextDue);
        var swept = StallRules.Decide(decision.State, settings, announcedAt.AddMinutes(minutesAfter));
        Assert.Equal(alerts, swept.Events.Count);
        Assert.All(swept.State.Ledger.Alerts, alert => Assert.Equal((AlertKind.HandoffNotAccepted, 1, Evaluation, Start), (alert.Kind, alert.Level, alert.Stage, alert.EnteredAt)));
    }

    [Theory]
    [InlineData(29, 0)]
    [InlineData(30, 1)]
    [InlineData(31, 1)]
    public void The_time_to_take_up_a_handoff_starts_when_the_tool_has_it_however_long_the_tool_was_down(int minutesAfter, int alerts)
    {
        var settings = Settings.With(Evaluation, acceptWithin: TimeSpan.FromMinutes(30));
        var deliveredAt = Start.AddMinutes(29);
        var state = Delivered(Arrived(settings, Start, [MarketingClaims(Evaluation, 0)]), deliveredAt);

        Assert.Equal(deliveredAt.AddMinutes(30), StallRules.DeadlineOf(state.Ledger.Handoffs[^1], JourneyFold.Fold(Lead, state.Facts.Values, settings), settings));
        Assert.Equal(alerts, StallRules.Decide(state, settings, deliveredAt.AddMinutes(minutesAfter)).Events.Count);
    }

    [Fact]
    public void A_handoff_that_goes_on_to_the_next_person_keeps_its_clock()
    {
        var settings = Settings.With(Evaluation, acceptWithin: TimeSpan.FromMinutes(30));
        var state = Delivered(Arrived(settings, Start, [MarketingClaims(Evaluation, 0)]), Start.AddMinutes(20), Start.AddMinutes(5), Start.AddMinutes(20));

        Assert.Equal(Start.AddMinutes(35), StallRules.NextDue(JourneyFold.Fold(Lead, state.Facts.Values, settings), state.Ledger, settings));
    }

    [Fact]
    public void A_handoff_that_is_announced_again_gets_its_time_again()
    {
        var settings = Settings.With(Evaluation, acceptWithin: TimeSpan.FromMinutes(30));
        var state = Delivered(Arrived(settings, Start, [MarketingClaims(Evaluation, 0)]), Start.AddMinutes(5));
        var again = state.WithHandoff(state.Ledger.Handoffs[^1].Id, handoff => handoff with { AnnouncedAt = Start.AddMinutes(50) });

        Assert.Equal(Start.AddMinutes(80), StallRules.NextDue(JourneyFold.Fold(Lead, again.Facts.Values, settings), again.Ledger, settings));
    }

    [Fact]
    public void A_handoff_that_was_taken_up_given_back_or_overtaken_is_not_waited_for()
    {
        var settings = Settings.With(Evaluation, acceptWithin: TimeSpan.FromMinutes(30));
        Assert.All<Fact>([Accepted(10), Logged(10), Deal("a", DealStatus.Open, 10), Returned("no budget", 10)], fact =>
        {
            var state = JourneyRules.Decide(Arrived(settings, Start, [MarketingClaims(Evaluation, 0)]), [fact], settings, Start.AddMinutes(10)).State;

            Assert.Empty(StallRules.Decide(state, settings, Start.AddDays(1)).Events);
        });
    }

    [Fact]
    public void What_falls_due_first_is_said_first()
    {
        var settings = Settings.With(Evaluation, stallAfter: TimeSpan.FromMinutes(40), acceptWithin: TimeSpan.FromMinutes(30));
        var state = Arrived(settings, Start, [MarketingClaims(Evaluation, 0)]);

        var first = StallRules.Decide(state, settings, Start.AddMinutes(30));
        var second = StallRules.Decide(first.State, settings, Start.AddMinutes(40));
        var both = StallRules.Decide(state, settings, Start.AddMinutes(40));

        Assert.Equal([AlertKind.HandoffNotAccepted], first.State.Ledger.Alerts.Select(alert => alert.Kind));
        Assert.Equal(Start.AddMinutes(40), first.NextDue);
        Assert.Equal([AlertKind.HandoffNotAccepted, AlertKind.StageOverdue], second.State.Ledger.Alerts.Select(alert => alert.Kind));
        Assert.Equal(second.State.Ledger.Alerts.Select(alert => alert.Id), both.State.Ledger.Alerts.Select(alert => alert.Id));
    }

    private static FunnelSettings Berlin(ImmutableHashSet<DateOnly> holidays) => Settings.With(Evaluation, stallAfter: TimeSpan.FromHours(4)) with
    {
        TeamCalendars = ImmutableDictionary.CreateRange(
        [
            KeyValuePair.Create(Team.Sales, new BusinessCalendar("Europe/Berlin", "Mon-Fri", "09:00-17:30", holidays)),
            KeyValuePair.Create(Team.Marketing, new BusinessCalendar("America/New_York", "Mon-Fri", "09:00-17:00", holidays)),
        ]),
    };

    private static JourneyState Arrived(FunnelSettings settings, DateTimeOffset now, IEnumerable<Fact> facts) =>
        JourneyRules.Decide(JourneyState.New(Lead), facts, settings, now).State;

    /// <summary>The last handoff is in the tool, at first or after it had been assigned to several persons.</summary>
    private static JourneyState Delivered(JourneyState state, DateTimeOffset at, params DateTimeOffset[] assignments) =>
        state.WithHandoff(state.Ledger.Handoffs[^1].Id, handoff => handoff with
        {
            Delivery = HandoffDelivery.Delivered,
            SettledAt = at,
            Assignments = [.. assignments.Select(given => new Assignment { Owner = "grace", Rule = "", Why = "", Connector = Salesforce, At = given, DeliveredAt = given })],
        });

    private static StageClaimed ClaimAt(FunnelStage stage, DateTimeOffset at) => CrmClaims(stage, 0) with { OccurredAt = at };

    private static IEnumerable<ActivityBooked> Bookings(string text) =>
        text.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select((booking, index) =>
        {
            var words = booking.Split(' ');
            return Booked("call", index, null) with { OccurredAt = At(words[1]), DueAt = words[3] == "nothing" ? null : At(words[3]) };
        });
}
