namespace IntegrationHub.Funnel;

/// <summary>The hours of every day in which a team gets no mail, by the clock on its wall.</summary>
public sealed class QuietHours
{
    /// <summary>The rest of the day: one stretch, or one before and one after.</summary>
    private readonly BusinessCalendar[] _open;

    /// <summary>Makes quiet hours from a setting as people write it.</summary>
    /// <param name="range">Beginning and end: <c>18:00-08:00</c> passes midnight, <c>12:00-13:00</c> does not. At the beginning it is quiet, at the end it is not.</param>
    /// <param name="timeZone">The team's zone.</param>
    /// <exception cref="FormatException"><paramref name="range"/> cannot be read, or leaves nothing of the day; the message says what would be right.</exception>
    public QuietHours(string range, TimeZoneInfo timeZone)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentNullException.ThrowIfNull(timeZone);
        var ends = range.Split('-', StringSplitOptions.TrimEntries);
        if (ends.Length != 2 || BusinessCalendar.TimeOfDay(ends[0]) is not { } from || BusinessCalendar.TimeOfDay(ends[1]) is not { } to)
        {
            throw new FormatException($"'{range}' cannot be read; beginning and end such as 18:00-08:00 would be right.");
        }

        (string From, string To)[] open = from < to ? [("00:00", ends[0]), (ends[1], "24:00")] : [(ends[1], ends[0])];
        _open = [.. open.Where(part => part.From != part.To).Select(part => new BusinessCalendar(timeZone.Id, "Mon-Sun", $"{part.From}-{part.To}", []))];
        if (_open.Length == 0)
        {
            throw new FormatException($"'{range}' would hold mail for ever; part of a day such as 18:00-08:00 would be right.");
        }
    }

    /// <summary>When mail goes out again: the end of the quiet hours that <paramref name="now"/> lies in; null when it lies in none.</summary>
    public DateTimeOffset? EndOf(DateTimeOffset now)
    {
        var opening = _open.Min(open => open.NextOpen(now));
        return opening == now ? null : opening;
    }
}
