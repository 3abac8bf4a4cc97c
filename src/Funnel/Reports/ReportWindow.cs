using System.Globalization;

namespace IntegrationHub.Funnel;

/// <summary>The days of a report.</summary>
/// <param name="From">The first day, inclusive.</param>
/// <param name="To">The day after the last.</param>
public sealed record ReportWindow(DateOnly From, DateOnly To)
{
    /// <summary>The words for windows that end today.</summary>
    public const string Week = "week", Month = "month", Quarter = "quarter";

    private const int Weeks = 13, Months = 13, Quarters = 9, DaysOfWeek = 7, MonthsOfQuarter = 3, MostMonths = 36;

    /// <summary>What a right window is.</summary>
    public static string MustBe { get; } =
        $"time is {Week}, {Month} or {Quarter}; or from and to are days such as 2026-03-01, to after from, "
        + $"at most {MostMonths} months apart.";

    /// <summary>Reads a window: by a word, or by its days. Returns null for a wrong one.</summary>
    /// <param name="time">The word; null for <see cref="Week"/>, which is the last 13 whole weeks and the present
    /// one.</param>
    /// <param name="from">The first day; null with <paramref name="to"/> for none.</param>
    /// <param name="to">The day after the last; null for tomorrow.</param>
    public static ReportWindow? Read(string? time, string? from, string? to, DateOnly today)
    {
        if (string.IsNullOrEmpty(from) && string.IsNullOrEmpty(to))
        {
            return Of(string.IsNullOrEmpty(time) ? Week : time, today);
        }

        var end = string.IsNullOrEmpty(to) ? today.AddDays(1) : DayOf(to);
        return DayOf(from) is { } first && end is { } last && first < last && last <= first.AddMonths(MostMonths)
            && string.IsNullOrEmpty(time) ? new(first, last) : null;
    }

    private static ReportWindow? Of(string time, DateOnly today) => time switch
    {
        Week => new(MondayOf(today).AddDays(-Weeks * DaysOfWeek), today.AddDays(1)),
        Month => new(new DateOnly(today.Year, today.Month, 1).AddMonths(-(Months - 1)), today.AddDays(1)),
        Quarter => new(
            new DateOnly(today.Year, today.Month - ((today.Month - 1) % MonthsOfQuarter), 1).AddMonths(-(Quarters - 1) * MonthsOfQuarter),
            today.AddDays(1)),
        _ => null,
    };

    private static DateOnly MondayOf(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek + DaysOfWeek - 1) % DaysOfWeek));

    private static DateOnly? DayOf(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}
