using System.Globalization;

namespace IntegrationHub.Funnel;

/// <summary>How long the period of a goal is.</summary>
public enum GoalPeriodKind
{
    Month,

    Quarter,

    Year,
}

/// <summary>The period of a goal.</summary>
/// <param name="Name">Such as <c>2026-04</c>, <c>2026-Q2</c> or <c>2026</c>: named by the year in which its fiscal year
/// ends.</param>
/// <param name="From">The first day, inclusive.</param>
/// <param name="To">The day after the last.</param>
public sealed record GoalPeriod(string Name, DateOnly From, DateOnly To);

/// <summary>How a goal stands.</summary>
public enum GoalState
{
    /// <summary>Under a tenth of the working days are over.</summary>
    TooEarly,

    Behind,

    OnPace,

    Ahead,

    /// <summary>The target is met.</summary>
    Reached,

    /// <summary>The period is over, and the target was not met.</summary>
    Ended,
}

/// <summary>How a goal stands on a day. There is no extrapolation: deals are lumpy.</summary>
/// <param name="Expected">What was to be won until this day.</param>
/// <param name="Pace">Actual by expected; null while nothing is expected.</param>
/// <param name="DaysDone">The working days that are over.</param>
/// <param name="DaysLeft">The working days that are not over.</param>
/// <param name="PerDay">What is needed on each working day that is left; null when none is left or the target is
/// met.</param>
public sealed record GoalReport(
    GoalPeriod Period, decimal Target, decimal Actual, decimal Expected, decimal? Pace, GoalState State, int DaysDone, int DaysLeft,
    decimal? PerDay);

/// <summary>Compares what was won with the one goal of both teams. Pure.</summary>
public static class GoalRules
{
    private const decimal AheadFrom = 1.05m, OnPaceFrom = 0.95m, TooEarlyUnder = 0.1m;
    private const int MonthsOfYear = 12, MonthsOfQuarter = 3, MoneyDigits = 2, PaceDigits = 4;

    /// <summary>Returns the period in which a day lies.</summary>
    /// <param name="firstMonth">The month in which the fiscal year begins, from 1 to 12.</param>
    public static GoalPeriod PeriodOf(GoalPeriodKind kind, int firstMonth, DateOnly day)
    {
        var ofYear = (day.Month - firstMonth + MonthsOfYear) % MonthsOfYear;
        var year = new DateOnly(day.Year, day.Month, 1).AddMonths(-ofYear);
        var ends = year.AddMonths(MonthsOfYear - 1).Year;
        var quarter = ofYear / MonthsOfQuarter;
        var month = year.AddMonths(ofYear);
        return kind switch
        {
            GoalPeriodKind.Month => new(month.ToString("yyyy-MM", CultureInfo.InvariantCulture), month, month.AddMonths(1)),
            GoalPeriodKind.Quarter => new(
                string.Create(CultureInfo.InvariantCulture, $"{ends}-Q{quarter + 1}"), year.AddMonths(quarter * MonthsOfQuarter),
                year.AddMonths((quarter + 1) * MonthsOfQuarter)),
            GoalPeriodKind.Year => new(ends.ToString(CultureInfo.InvariantCulture), year, year.AddMonths(MonthsOfYear)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
    }

    /// <summary>Returns how a goal stands at the beginning of a day; null without a target, and before the
    /// period.</summary>
    /// <param name="shares">The shares of the period's months, which need not add up to 100; empty spreads the target
    /// over the working days.</param>
    /// <param name="isWorkingDay">Whether sales work on a day.</param>
    public static GoalReport? Of(
        GoalPeriod period, decimal? target, decimal actual, IReadOnlyList<decimal> shares, Predicate<DateOnly> isWorkingDay, DateOnly today)
    {
        if (target is not > 0 || today < period.From)
        {
            return null;
        }

        var (done, all) = Days(period.From, period.To, today, isWorkingDay);
        var expected = shares.Count == 0
            ? target.Value * Part(done, all) : target.Value * ShareOf(period, shares, today, isWorkingDay);
        var pace = expected > 0 ? actual / expected : (decimal?)null;
        var left = all - done;
        return new(
            period, target.Value, actual, Math.Round(expected, MoneyDigits), pace is { } exact ? Math.Round(exact, PaceDigits) : null,
            StateOf(target.Value, actual, pace, Part(done, all), today >= period.To), done, left,
            left == 0 || actual >= target ? null : Math.Round((target.Value - actual) / left, MoneyDigits));
    }

    private static GoalState StateOf(decimal target, decimal actual, decimal? pace, decimal done, bool isOver) =>
        actual >= target ? GoalState.Reached
        : isOver ? GoalState.Ended
        : done < TooEarlyUnder ? GoalState.TooEarly
        : pace switch { >= AheadFrom => GoalState.Ahead, >= OnPaceFrom => GoalState.OnPace, _ => GoalState.Behind };

    /// <summary>Returns the share that was to be done: of past months all, of the present one by its working
    /// days.</summary>
    private static decimal ShareOf(GoalPeriod period, IReadOnlyList<decimal> shares, DateOnly today, Predicate<DateOnly> isWorkingDay)
    {
        var sum = 0m;
        for (var i = 0; i < shares.Count; i++)
        {
            var month = period.From.AddMonths(i);
            var (done, all) = Days(month, month.AddMonths(1), today, isWorkingDay);
            sum += shares[i] * (month.AddMonths(1) <= today ? 1 : Part(done, all));
        }

        return shares.Sum() == 0 ? 0 : sum / shares.Sum();
    }

    private static decimal Part(int done, int all) => all == 0 ? 0 : (decimal)done / all;

    /// <summary>Returns how many working days of a time are over, and how many there are.</summary>
    private static (int Done, int All) Days(DateOnly from, DateOnly to, DateOnly today, Predicate<DateOnly> isWorkingDay)
    {
        var days = Enumerable.Range(0, to.DayNumber - from.DayNumber).Select(from.AddDays).Where(day => isWorkingDay(day)).ToList();
        return (days.Count(day => day < today), days.Count);
    }
}
