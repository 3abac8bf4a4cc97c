namespace IntegrationHub.Funnel;

/// <summary>The daily hours in which a team gets no mail, by its local clock.</summary>
public sealed class QuietHours
{
    /// <summary>The rest of the day: one span, or one before and one after.</summary>
    private readonly BusinessCalendar[] _open;

    /// <summary>Parses quiet hours.</summary>
    /// <param name="range">Start (inclusive) and end (exclusive): <c>18:00-08:00</c> passes midnight,
    /// <c>12:00-13:00</c> does not.</param>
    /// <exception cref="FormatException"><paramref name="range"/> is invalid or covers the whole day; the message says
    /// what it must be.</exception>
    public QuietHours(string range, TimeZoneInfo timeZone)
    {
        var ends = range.Split('-', StringSplitOptions.TrimEntries);
        if (ends.Length != 2 || BusinessCalendar.TimeOfDay(ends[0]) is not { } from || BusinessCalendar.TimeOfDay(ends[1]) is not { } to)
        {
            throw new FormatException($"'{range}' cannot be read: it must be beginning and end, for example 18:00-08:00.");
        }

        (string From, string To)[] open = from < to ? [("00:00", ends[0]), (ends[1], "24:00")] : [(ends[1], ends[0])];
        _open =
        [
            .. open.Where(part => part.From != part.To)
                .Select(part => new BusinessCalendar(timeZone.Id, "Mon-Sun", $"{part.From}-{part.To}", [])),
        ];
        if (_open.Length == 0)
        {
            throw new FormatException($"'{range}' would hold mail for ever: it must be a part of the day, for example 18:00-08:00.");
        }
    }

    /// <summary>Returns the end of the quiet hours that contain <paramref name="now"/>; null when none do.</summary>
    public DateTimeOffset? EndOf(DateTimeOffset now)
    {
        var opening = _open.Min(open => open.NextOpen(now));
        return opening == now ? null : opening;
    }
}
