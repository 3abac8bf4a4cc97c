using System.Globalization;

namespace IntegrationHub.Funnel.Tests.Reports;

/// <summary>How the goal of both teams stands.</summary>
public sealed class GoalTests
{
    private static readonly GoalPeriod Q2 = new("2026-Q2", new(2026, 4, 1), new(2026, 7, 1));

    private static readonly DateOnly[] Holidays = [new(2026, 4, 3), new(2026, 4, 6), new(2026, 5, 1), new(2026, 5, 14), new(2026, 5, 25)];

    [Fact]
    public void What_is_expected_follows_the_working_days()
    {
        var goal = Of(90_000, 40_000, "2026-05-16")!;

        Assert.Equal((33, 32, 45_692.31m, 0.8754m, GoalState.Behind, 1_562.50m), (goal.DaysDone, goal.DaysLeft, goal.Expected, goal.Pace, goal.State, goal.PerDay));
    }

    [Fact]
    public void Shares_of_the_months_say_what_is_expected_where_they_are_set()
    {
        var goal = Of(90_000, 40_000, "2026-05-16", 20, 30, 50)!;

        Assert.Equal((32_142.86m, GoalState.Ahead), (goal.Expected, goal.State));
    }

    [Fact]
    public void A_holiday_is_no_working_day()
    {
        var goal = GoalRules.Of(Q2, 90_000, 40_000, [], day => IsWeekday(day) && !Holidays.Contains(day), new(2026, 5, 16))!;

        Assert.Equal((29, 60, 43_500m, 0.9195m, 1_612.90m), (goal.DaysDone, goal.DaysDone + goal.DaysLeft, goal.Expected, goal.Pace, goal.PerDay));
    }

    [Theory]
    [InlineData(42_750, GoalState.OnPace)]
    [InlineData(42_749, GoalState.Behind)]
    [InlineData(47_249, GoalState.OnPace)]
    [InlineData(47_250, GoalState.Ahead)]
    [InlineData(90_000, GoalState.Reached)]
    public void The_state_follows_the_pace(decimal actual, GoalState state) =>
        Assert.Equal(state, GoalRules.Of(new("x", new(2026, 4, 1), new(2026, 4, 21)), 90_000, actual, [], _ => true, new(2026, 4, 11))!.State);

    [Fact]
    public void Without_a_target_and_before_the_period_nothing_is_shown()
    {
        Assert.Null(Of(null, 40_000, "2026-05-16"));
        Assert.Null(Of(0, 40_000, "2026-05-16"));
        Assert.Null(Of(90_000, 0, "2026-03-31"));
    }

    [Fact]
    public void At_the_beginning_it_is_too_early_and_after_the_end_it_is_over()
    {
        Assert.Equal((GoalState.TooEarly, (decimal?)null), (Of(90_000, 0, "2026-04-01")!.State, Of(90_000, 0, "2026-04-01")!.Pace));
        Assert.Equal(GoalState.TooEarly, Of(90_000, 0, "2026-04-03")!.State);
        Assert.Equal(GoalState.TooEarly, Of(90_000, 0, "2026-04-09")!.State);
        Assert.Equal(GoalState.Behind, Of(90_000, 0, "2026-04-10")!.State);
        Assert.Equal((GoalState.Ended, (decimal?)null), (Of(90_000, 1, "2026-07-01")!.State, Of(90_000, 1, "2026-07-01")!.PerDay));
        Assert.Equal(GoalState.Reached, Of(90_000, 90_000, "2026-07-01")!.State);
    }

    [Theory]
    [InlineData(GoalPeriodKind.Month, 1, "2026-05-16", "2026-05", "2026-05-01", "2026-06-01")]
    [InlineData(GoalPeriodKind.Quarter, 1, "2026-05-16", "2026-Q2", "2026-04-01", "2026-07-01")]
    [InlineData(GoalPeriodKind.Year, 1, "2026-05-16", "2026", "2026-01-01", "2027-01-01")]
    [InlineData(GoalPeriodKind.Quarter, 10, "2026-10-01", "2027-Q1", "2026-10-01", "2027-01-01")]
    [InlineData(GoalPeriodKind.Quarter, 10, "2026-09-30", "2026-Q4", "2026-07-01", "2026-10-01")]
    [InlineData(GoalPeriodKind.Year, 10, "2026-10-01", "2027", "2026-10-01", "2027-10-01")]
    public void A_period_is_named_by_the_year_in_which_its_year_ends(GoalPeriodKind kind, int firstMonth, string day, string name, string from, string to) =>
        Assert.Equal(new GoalPeriod(name, Day(from), Day(to)), GoalRules.PeriodOf(kind, firstMonth, Day(day)));

    private static GoalReport? Of(decimal? target, decimal actual, string today, params decimal[] shares) =>
        GoalRules.Of(Q2, target, actual, shares, IsWeekday, Day(today));

    private static bool IsWeekday(DateOnly day) => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);

    private static DateOnly Day(string text) => DateOnly.Parse(text, CultureInfo.InvariantCulture);
}
