using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;

namespace IntegrationHub.Funnel;

/// <summary>A team's working time: a time zone, working days, hours and holidays. Spans are working time, and instants
/// are in UTC. A skipped hour of daylight saving is not worked; a repeated one is worked twice.</summary>
/// <remarks>An instant is worked when the local clock shows a working day and a time from opening (inclusive)
/// to closing (exclusive).</remarks>
public sealed class BusinessCalendar
{
    // Before Always, which needs it.
    private static readonly string[] DayNames = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

    /// <summary>A calendar whose every minute is worked.</summary>
    public static readonly BusinessCalendar Always = new("UTC", "Mon-Sun", "00:00-24:00", []);

    private readonly ConcurrentDictionary<int, WorkingYear> _years = new();
    private readonly bool[] _worked;
    private readonly long _opening;
    private readonly long _closing;
    private readonly ImmutableHashSet<DateOnly> _holidays;

    /// <summary>Parses a calendar.</summary>
    /// <param name="timeZone">An IANA name such as <c>Europe/Berlin</c>.</param>
    /// <param name="workingDays">Days and ranges such as <c>Mon-Fri</c>, <c>Mon,Tue,Sat</c> or
    /// <c>Sat-Mon</c>. At least one.</param>
    /// <param name="hours">Opening and closing within one day, such as <c>09:00-17:30</c>;
    /// <c>00:00-24:00</c> is the whole day.</param>
    /// <param name="holidays">Local dates without work.</param>
    /// <exception cref="FormatException">A part is invalid; the message says which, and what it must be.</exception>
    public BusinessCalendar(string timeZone, string workingDays, string hours, ImmutableHashSet<DateOnly> holidays)
    {
        TimeZone = ReadTimeZone(timeZone);
        _worked = ReadDays(workingDays);
        (_opening, _closing) = ReadHours(hours);
        _holidays = holidays;
    }

    private BusinessCalendar(BusinessCalendar like, ImmutableHashSet<DateOnly> holidays) =>
        (TimeZone, _worked, _opening, _closing, _holidays) = (like.TimeZone, like._worked, like._opening, like._closing, holidays);

    /// <summary>Gets the team's time zone, which mails use.</summary>
    public TimeZoneInfo TimeZone { get; }

    /// <summary>Gets a canonical text, equal for equal calendars.</summary>
    internal string Canonical
    {
        get
        {
            var days = string.Concat(_worked.Select(worked => worked ? '1' : '0'));
            var holidays = string.Join(',', _holidays.Order().Select(day => day.ToString("O", CultureInfo.InvariantCulture)));
            return string.Create(CultureInfo.InvariantCulture, $"{TimeZone.Id}|{days}|{_opening}-{_closing}|{holidays}");
        }
    }

    /// <summary>Returns the calendar with further local dates without work.</summary>
    public BusinessCalendar ClosedOn(ImmutableHashSet<DateOnly> dates) =>
        dates.IsEmpty ? this : new(this, _holidays.Union(dates));

    /// <summary>Returns the earliest instant at which <paramref name="workingTime"/> has passed
    /// since <paramref name="start"/>. A day's last minute ends at closing, not at the next
    /// opening. Zero returns <paramref name="start"/>, open or not.
    /// <see cref="DateTimeOffset.MaxValue"/> when the calendar ends before.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="workingTime"/> is negative.</exception>
    public DateTimeOffset Add(DateTimeOffset start, TimeSpan workingTime)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workingTime, TimeSpan.Zero);
        if (workingTime == TimeSpan.Zero)
        {
            return start.ToUniversalTime();
        }

        var year = start.UtcDateTime.Year;
        var wanted = Year(year).WorkedBefore(start.UtcTicks) + (decimal)workingTime.Ticks;
        while (wanted > Year(year).Total)
        {
            wanted -= Year(year).Total;
            if (++year > DateTime.MaxValue.Year)
            {
                return DateTimeOffset.MaxValue;
            }
        }

        return Instant(Year(year).WhenWorked((long)wanted));
    }

    /// <summary>Returns the working time between two instants; zero when <paramref name="end"/> is not after
    /// <paramref name="start"/>.</summary>
    public TimeSpan Between(DateTimeOffset start, DateTimeOffset end)
    {
        if (end <= start)
        {
            return TimeSpan.Zero;
        }

        var worked = Year(end.UtcDateTime.Year).WorkedBefore(end.UtcTicks) - Year(start.UtcDateTime.Year).WorkedBefore(start.UtcTicks);
        for (var year = start.UtcDateTime.Year; year < end.UtcDateTime.Year; year++)
        {
            worked += Year(year).Total;
        }

        return new(worked);
    }

    /// <summary>Whether the team works at an instant. Opening is inclusive, closing exclusive.</summary>
    public bool IsOpen(DateTimeOffset instant) => Year(instant.UtcDateTime.Year).OpenAtOrAfter(instant.UtcTicks) == instant.UtcTicks;

    /// <summary>Returns the instant itself when open, else the next opening;
    /// <see cref="DateTimeOffset.MaxValue"/> when there is none.</summary>
    public DateTimeOffset NextOpen(DateTimeOffset instant)
    {
        for (var year = instant.UtcDateTime.Year; year <= DateTime.MaxValue.Year; year++)
        {
            if (Year(year).OpenAtOrAfter(instant.UtcTicks) is { } open)
            {
                return Instant(open);
            }
        }

        return DateTimeOffset.MaxValue;
    }

    /// <summary>Returns a time of day on the n-th working day after an instant's local day. A time that the clocks skip
    /// is moved by the skipped span.</summary>
    /// <param name="days">How many working days later; at least 1.</param>
    public DateTimeOffset OnWorkingDay(DateTimeOffset instant, int days, TimeOnly time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1);
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, TimeZone).DateTime);
        for (var left = days; left > 0; left -= IsWorkingDay(day) ? 1 : 0)
        {
            day = day.AddDays(1);
        }

        var local = day.ToDateTime(time);
        return new DateTimeOffset(local, TimeZone.GetUtcOffset(local)).ToUniversalTime();
    }

    /// <summary>Returns when a local day ends.</summary>
    public DateTimeOffset EndOf(DateOnly day)
    {
        if (day == DateOnly.MaxValue)
        {
            return DateTimeOffset.MaxValue;
        }

        var midnight = day.AddDays(1).ToDateTime(TimeOnly.MinValue);
        return new(midnight - TimeZone.GetUtcOffset(midnight), TimeSpan.Zero);
    }

    private static DateTimeOffset Instant(long utcTicks) => new(utcTicks, TimeSpan.Zero);

    private WorkingYear Year(int year) => _years.GetOrAdd(year, static (wanted, calendar) => calendar.MakeYear(wanted), this);

    private WorkingYear MakeYear(int year)
    {
        var periods = new WorkingYear.Builder();
        var from = new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
        var end = year == DateTime.MaxValue.Year ? DateTime.MaxValue.Ticks : new DateTime(year + 1, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
        while (from < end)
        {
            var offset = Offset(from);
            var to = NextChange(from, end, offset);
            AddPeriods(periods, from, to, offset);
            from = to;
        }

        return periods.Build();
    }

    /// <summary>Whether a day is worked. Day 0, 0001-01-01, is a Monday.</summary>
    private bool IsWorkingDay(DateOnly day) => _worked[day.DayNumber % 7] && !_holidays.Contains(day);

    /// <summary>Adds the working time of a span without a change of the clocks.</summary>
    private void AddPeriods(WorkingYear.Builder periods, long from, long to, long offset)
    {
        var lastDay = Math.Min((to - 1 + offset) / TimeSpan.TicksPerDay, DateOnly.MaxValue.DayNumber);
        for (var day = Math.Max(from + offset, 0) / TimeSpan.TicksPerDay; day <= lastDay; day++)
        {
            if (IsWorkingDay(DateOnly.FromDayNumber((int)day)))
            {
                var midnight = (day * TimeSpan.TicksPerDay) - offset;
                periods.Add(Math.Max(from, midnight + _opening), Math.Min(to, midnight + _closing));
            }
        }
    }

    /// <summary>Returns the first instant after <paramref name="from"/> with another offset, or <paramref name="end"/>.
    /// No zone changes its clocks twice a day.</summary>
    private long NextChange(long from, long end, long offset)
    {
        var same = from;
        while (same < end)
        {
            var probe = Math.Min(same + TimeSpan.TicksPerDay, end);
            if (Offset(probe) != offset)
            {
                return Math.Min(Bisect(same, probe, offset), end);
            }

            same = probe;
        }

        return end;
    }

    private long Bisect(long same, long other, long offset)
    {
        while (other - same > 1)
        {
            var middle = same + ((other - same) / 2);
            (same, other) = Offset(middle) == offset ? (middle, other) : (same, middle);
        }

        return other;
    }

    private long Offset(long utcTicks) => TimeZone.GetUtcOffset(new DateTime(utcTicks, DateTimeKind.Utc)).Ticks;

    private static TimeZoneInfo ReadTimeZone(string text) =>
        !string.IsNullOrWhiteSpace(text) && TimeZoneInfo.TryFindSystemTimeZoneById(text.Trim(), out var zone)
            ? zone
            : throw new FormatException($"TimeZone '{text}' is not known: it must be an IANA name, for example Europe/Berlin.");

    private static bool[] ReadDays(string text)
    {
        var worked = new bool[DayNames.Length];
        foreach (var part in (text ?? "").Split(','))
        {
            var ends = part.Split('-');
            var first = Day(ends[0]);
            var last = Day(ends[^1]);
            if (ends.Length > 2 || first < 0 || last < 0)
            {
                throw new FormatException(
                    $"WorkingDays '{text}' cannot be read: it must be days and ranges, at least one day, "
                    + "for example Mon-Fri or Mon,Tue,Sat.");
            }

            for (var day = first; ; day = (day + 1) % DayNames.Length)
            {
                worked[day] = true;
                if (day == last)
                {
                    break;
                }
            }
        }

        return worked;
    }

    private static int Day(string text) => Array.FindIndex(DayNames, name => name.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase));

    private static (long Opening, long Closing) ReadHours(string text)
    {
        var ends = (text ?? "").Split('-');
        if (ends.Length != 2 || TimeOfDay(ends[0]) is not { } opening || TimeOfDay(ends[1]) is not { } closing)
        {
            throw new FormatException(
                $"Hours '{text}' cannot be read: it must be opening and closing, for example 09:00-17:30, or 00:00-24:00 for all day.");
        }

        return opening < closing
            ? (opening, closing)
            : throw new FormatException(
                $"Hours '{text}' close before they open: they must lie within one day, for example 09:00-17:30, "
                + "since hours over midnight cannot be counted.");
    }

    internal static long? TimeOfDay(string text) =>
        text.Trim() == "24:00" ? TimeSpan.TicksPerDay
        : TimeOnly.TryParseExact(text.Trim(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time.Ticks
        : null;
}
