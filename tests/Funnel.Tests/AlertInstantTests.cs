using System.Collections.Immutable;
using static IntegrationHub.Funnel.FunnelStage;
using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests;

/// <summary>
/// The instants of all three levels, counted by hand, to the minute. Sales work in Berlin (Monday to Friday, 09:00 to
/// 17:30), marketing in New York (Monday to Friday, 09:00 to 17:00). The limit of Evaluation (sales) is 8 hours, of
/// Interest (marketing) 4, of an unaccepted handoff 2. The heads-up comes at three quarters of a limit, and the
/// escalation at twice the limit.
/// </summary>
public sealed class AlertInstantTests
{
    private static readonly FunnelSettings Policy = Settings
        .With(Interest, stallAfter: TimeSpan.FromHours(4))
        .With(Evaluation, stallAfter: TimeSpan.FromHours(8), acceptWithin: TimeSpan.FromHours(2)) with
    {
        Alerts = new(),
        TeamCalendars = ImmutableDictionary.CreateRange(
            [
                KeyValuePair.Create(Team.Sales, new BusinessCalendar("Europe/Berlin", "Mon-Fri", "09:00-17:30", [new(2026, 5, 1)])),
                KeyValuePair.Create(Team.Marketing, new BusinessCalendar("America/New_York", "Mon-Fri", "09:00-17:00", [new(2026, 7, 3)])),
            ]),
    };

    [Theory]
    // Monday 09:00 in Berlin: 15:00, 17:00, and 16:30 on Tuesday.
    [InlineData(Evaluation, "2026-01-12T08:00Z", "2026-01-12T14:00Z", "2026-01-12T16:00Z", "2026-01-13T15:30Z")]
    // Saturday noon counts as Monday's opening, and closing time as the next opening.
    [InlineData(Evaluation, "2026-01-10T11:00Z", "2026-01-12T14:00Z", "2026-01-12T16:00Z", "2026-01-13T15:30Z")]
    [InlineData(Evaluation, "2026-01-12T16:30Z", "2026-01-13T14:00Z", "2026-01-13T16:00Z", "2026-01-14T15:30Z")]
    // Friday 16:00 in Berlin before the clocks go forward, and before they go back: one and a half hours, then from Monday 09:00.
    [InlineData(Evaluation, "2026-03-27T15:00Z", "2026-03-30T11:30Z", "2026-03-30T13:30Z", "2026-03-31T13:00Z")]
    [InlineData(Evaluation, "2026-10-23T14:00Z", "2026-10-26T12:30Z", "2026-10-26T14:30Z", "2026-10-27T14:00Z")]
    // Thursday 16:30 before the first of May, a Friday.
    [InlineData(Evaluation, "2026-04-30T14:30Z", "2026-05-04T12:00Z", "2026-05-04T14:00Z", "2026-05-05T13:30Z")]
    // Friday 16:00 in New York before the clocks go forward, and before they go back: one hour, then from Monday 09:00.
    [InlineData(Interest, "2026-03-06T21:00Z", "2026-03-09T15:00Z", "2026-03-09T16:00Z", "2026-03-09T20:00Z")]
    [InlineData(Interest, "2026-10-30T20:00Z", "2026-11-02T16:00Z", "2026-11-02T17:00Z", "2026-11-02T21:00Z")]
    // Thursday 16:00 in New York before the holiday on Friday, which in Berlin is none.
    [InlineData(Interest, "2026-07-02T20:00Z", "2026-07-06T15:00Z", "2026-07-06T16:00Z", "2026-07-06T20:00Z")]
    [InlineData(Evaluation, "2026-07-02T14:00Z", "2026-07-03T11:30Z", "2026-07-03T13:30Z", "2026-07-06T13:00Z")]
    // The same instant, Monday 15:00 in Berlin and 09:00 in New York.
    [InlineData(Evaluation, "2026-01-12T14:00Z", "2026-01-13T11:30Z", "2026-01-13T13:30Z", "2026-01-14T13:00Z")]
    [InlineData(Interest, "2026-01-12T14:00Z", "2026-01-12T17:00Z", "2026-01-12T18:00Z", "2026-01-12T22:00Z")]
    // Between the changes the two zones are five hours apart: Monday 15:00 in Berlin is 10:00 in New York.
    [InlineData(Interest, "2026-03-16T14:00Z", "2026-03-16T17:00Z", "2026-03-16T18:00Z", "2026-03-17T14:00Z")]
    public void Each_level_comes_at_its_own_instant(FunnelStage stage, string enteredAt, string headsUp, string atLimit, string managers) =>
        AssertRaised(Policy, Arrived(At(enteredAt), [ClaimAt(stage, At(enteredAt))]), AlertKind.StageOverdue, headsUp, atLimit, managers);

    [Theory]
    // Monday 09:00. Booked at 10:00 for 12:00: all before the limit.
    [InlineData("09:00 for 12T11:00", "2026-01-12T16:00Z", "2026-01-13T09:30Z", "2026-01-14T09:00Z")]
    // Booked at 14:00 for Wednesday 11:00: across the limit.
    [InlineData("13:00 for 14T10:00", "2026-01-14T11:00Z", "2026-01-14T13:00Z", "2026-01-15T12:30Z")]
    // Booked at the very limit, 17:00, for Thursday 09:00: only the managers wait.
    [InlineData("16:00 for 15T08:00", "2026-01-12T14:00Z", "2026-01-12T16:00Z", "2026-01-15T16:00Z")]
    // Booked at 14:00 for Wednesday 11:00, and on Tuesday 10:00 moved to Friday 10:00.
    [InlineData("13:00 for 14T10:00, 13T09:00 for 16T09:00", "2026-01-16T10:00Z", "2026-01-16T12:00Z", "2026-01-19T11:30Z")]
    // The same, called off on Tuesday 10:00.
    [InlineData("13:00 for 14T10:00, 13T09:00 for nothing", "2026-01-13T10:00Z", "2026-01-13T12:00Z", "2026-01-14T11:30Z")]
    public void A_booked_activity_stops_the_clock_of_every_level(string bookings, string headsUp, string atLimit, string managers)
    {
        var monday = At("2026-01-12T08:00Z");

        AssertRaised(Policy, Arrived(monday, [ClaimAt(Evaluation, monday), .. Bookings(bookings)]), AlertKind.StageOverdue, headsUp, atLimit, managers);
    }

    [Theory]
    // Friday 16:30 in Berlin before the clocks go forward: one hour, then from Monday 09:00.
    [InlineData("2026-03-27T15:30Z", "2026-03-30T07:30Z", "2026-03-30T08:00Z", "2026-03-30T10:00Z")]
    // Announced in the night.
    [InlineData("2026-01-12T22:00Z", "2026-01-13T09:30Z", "2026-01-13T10:00Z", "2026-01-13T12:00Z")]
    public void A_handoffs_levels_count_from_its_announcement(string announcedAt, string headsUp, string atLimit, string managers)
    {
        var policy = Policy.With(Evaluation, acceptWithin: TimeSpan.FromHours(2));

        AssertRaised(policy, Arrived(At(announcedAt), [ClaimAt(Evaluation, At("2026-01-05T00:00Z"))], policy), AlertKind.HandoffNotAccepted, headsUp, atLimit, managers);
    }

    [Theory]
    // Forty hours: three days and four and a half hours, four days and six hours, nine days and three and a half hours.
    [InlineData("Enterprise", "2026-01-15T12:30Z", "2026-01-16T14:00Z", "2026-01-23T11:30Z")]
    [InlineData(" enterprise ", "2026-01-15T12:30Z", "2026-01-16T14:00Z", "2026-01-23T11:30Z")]
    [InlineData("smb", "2026-01-12T14:00Z", "2026-01-12T16:00Z", "2026-01-13T15:30Z")]
    [InlineData(null, "2026-01-12T14:00Z", "2026-01-12T16:00Z", "2026-01-13T15:30Z")]
    public void A_segment_may_have_a_limit_of_its_own(string? segment, string headsUp, string atLimit, string managers)
    {
        var stage = Policy.Stages[Evaluation];
        var policy = Policy with { Stages = Policy.Stages.SetItem(Evaluation, stage with { Segments = StageSettings.NoSegments.Add("enterprise", new(TimeSpan.FromHours(40), null)) }) };
        var monday = At("2026-01-12T08:00Z");

        AssertRaised(policy, Arrived(monday, [ClaimAt(Evaluation, monday), Profile(new() { Segment = segment }, 0)], policy), AlertKind.StageOverdue, headsUp, atLimit, managers);
    }

    /// <summary>A tick before its instant a level is not raised; at its instant it is, and no other of its kind.</summary>
    private static void AssertRaised(FunnelSettings policy, JourneyState state, AlertKind kind, params string[] instants)
    {
        foreach (var (instant, level) in instants.Select((instant, level) => (At(instant), level)))
        {
            var before = StallRules.Decide(state, policy, instant.AddTicks(-1)).State;
            Assert.DoesNotContain(before.Ledger.Alerts, alert => alert.Kind == kind && alert.Level == level);

            state = StallRules.Decide(before, policy, instant).State;
            var raised = Assert.Single(state.Ledger.Alerts, alert => alert.Kind == kind && alert.Level == level);
            Assert.Equal((instant, instant, AlertOutcome.Pending), (raised.DueAt, raised.RaisedAt, raised.Fate));
        }
    }

    private static JourneyState Arrived(DateTimeOffset now, IEnumerable<Fact> facts, FunnelSettings? policy = null) =>
        JourneyRules.Decide(JourneyState.New(Lead), facts, policy ?? Policy, now).State;

    private static StageClaimed ClaimAt(FunnelStage stage, DateTimeOffset at) => CrmClaims(stage, 0) with { OccurredAt = at };

    /// <summary>Bookings in January 2026 as "when for when", in UTC; the day is the twelfth unless said.</summary>
    private static IEnumerable<ActivityBooked> Bookings(string text) =>
        text.Split(", ").Select((booking, index) =>
        {
            var words = booking.Split(" for ");
            return Booked("call", index, null) with { OccurredAt = January(words[0]), DueAt = words[1] == "nothing" ? null : January(words[1]) };
        });

    private static DateTimeOffset January(string text) => At($"2026-01-{(text.Contains('T', StringComparison.Ordinal) ? text : $"12T{text}")}Z");
}
