using System.Globalization;
using System.Numerics;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>
/// Six fields <c>{second} {minute} {hour} {day} {month} {weekday}</c> in UTC; five leave the second at 0. A field is <c>*</c> or a list of values,
/// ranges <c>a-b</c> and steps <c>*/n</c>, <c>a-b/n</c>, <c>a/n</c> (from a to the end). Months and weekdays may be named; Sunday is 0 or 7.
/// A day must match both its day of month and its weekday.
/// </summary>
internal sealed class Ncrontab : TimerSchedule
{
    /// <summary>How far to look: weekdays and leap days repeat within 40 years, also over a century without one.</summary>
    private const int YearsToLook = 40;

    private static readonly string[] Months = [.. CultureInfo.InvariantCulture.DateTimeFormat.MonthNames.Take(12)];
    private static readonly string[] Weekdays = CultureInfo.InvariantCulture.DateTimeFormat.DayNames;

    private readonly ulong _seconds;
    private readonly ulong _minutes;
    private readonly ulong _hours;
    private readonly ulong _days;
    private readonly ulong _months;
    private readonly ulong _weekdays;

    private Ncrontab(string[] fields)
    {
        _seconds = Field("second", fields[0], 0, 59);
        _minutes = Field("minute", fields[1], 0, 59);
        _hours = Field("hour", fields[2], 0, 23);
        _days = Field("day", fields[3], 1, 31);
        _months = Field("month", fields[4], 1, 12, Months);

        // Sunday may be written 0 or 7; kept as 0.
        var weekdays = Field("weekday", fields[5], 0, 7, Weekdays);
        _weekdays = (weekdays | (weekdays >> 7)) & 0b111_1111;
    }

    /// <inheritdoc cref="TimerSchedule.Parse"/>
    public static new Ncrontab Parse(string text)
    {
        var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return fields.Length switch
        {
            6 => new(fields),
            5 => new(["0", .. fields]),
            _ => throw new FormatException($"'{text}' has {fields.Length} fields: write six, {{second}} {{minute}} {{hour}} {{day}} {{month}} {{weekday}}."),
        };
    }

    /// <inheritdoc/>
    public override DateTimeOffset? Next(DateTimeOffset after)
    {
        var from = after.UtcDateTime.AddTicks(-(after.UtcTicks % TimeSpan.TicksPerSecond)).AddSeconds(1);
        var last = from.Date.AddYears(YearsToLook);
        for (var day = from.Date; day <= last; day = Has(_months, day.Month) ? day.AddDays(1) : FirstOfNextMonth(day))
        {
            var earliest = day == from.Date ? from.TimeOfDay : TimeSpan.Zero;
            if (Has(_months, day.Month) && Has(_days, day.Day) && Has(_weekdays, (int)day.DayOfWeek) && TimeOfDay(earliest) is { } time)
            {
                return new(day + time, TimeSpan.Zero);
            }
        }

        return null;
    }

    private static DateTime FirstOfNextMonth(DateTime day) => day.AddDays(1 - day.Day).AddMonths(1);

    private static bool Has(ulong set, int value) => (set & (1UL << value)) != 0;

    /// <summary>Gets the least value of the set that is not below <paramref name="least"/>; 64 when there is none.</summary>
    private static int AtLeast(ulong set, int least) => least > 63 ? 64 : BitOperations.TrailingZeroCount(set & (ulong.MaxValue << least));

    private static ulong Field(string name, string text, int min, int max, string[]? names = null)
    {
        ulong set = 0;
        foreach (var part in text.Split(','))
        {
            var (range, step) = part.Split('/') switch
            {
                [var all] => (all, 1),
                [var some, var by] when int.TryParse(by, NumberStyles.None, CultureInfo.InvariantCulture, out var every) && every > 0 => (some, every),
                _ => throw Wrong(name, text, min, max),
            };
            var (first, end) = range.Split('-') switch
            {
                ["*"] => (min, max),
                [var one] => (Value(one), range == part ? Value(one) : max),
                [var low, var high] => (Value(low), Value(high)),
                _ => throw Wrong(name, text, min, max),
            };
            if (first < min || end > max || first > end)
            {
                throw Wrong(name, text, min, max);
            }

            for (var value = first; value <= end; value += step)
            {
                set |= 1UL << value;
            }
        }

        return set;

        int Value(string word)
        {
            if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }

            var index = word.Length < 3 ? -1 : Array.FindIndex(names ?? [], each => each.StartsWith(word, StringComparison.OrdinalIgnoreCase));
            return index < 0 ? throw Wrong(name, text, min, max) : index + min;
        }
    }

    private static FormatException Wrong(string name, string text, int min, int max) =>
        new($"'{text}' is no {name}: write * or values from {min} to {max}, ranges low-high and steps with /, separated by commas.");

    private TimeSpan? TimeOfDay(TimeSpan earliest)
    {
        var second = AtLeast(_seconds, earliest.Seconds);
        var minute = AtLeast(_minutes, earliest.Minutes + (second > 59 ? 1 : 0));
        var hour = AtLeast(_hours, earliest.Hours + (minute > 59 ? 1 : 0));
        if (hour > 23)
        {
            return null;
        }

        // Once a larger unit has moved on, the smaller ones start over.
        if (hour != earliest.Hours)
        {
            (minute, second) = (AtLeast(_minutes, 0), AtLeast(_seconds, 0));
        }
        else if (minute != earliest.Minutes)
        {
            second = AtLeast(_seconds, 0);
        }

        return new(hour, minute, second);
    }
}
