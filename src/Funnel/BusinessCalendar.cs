using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>
/// A team's working time: a time zone, working days, opening hours and holidays. Spans that it counts are working time; instants are UTC. Right over changes of daylight saving:
/// an hour that the clocks skip is not worked, an hour that they repeat is worked twice.
/// </summary>
public sealed class BusinessCalendar
{
    /// <summary>Makes a calendar from settings as people write them.</summary>
    /// <param name="timeZone">An IANA name such as <c>Europe/Berlin</c>.</param>
    /// <param name="workingDays">Days and ranges: <c>Mon-Fri</c>, <c>Mon,Tue,Sat</c>.</param>
    /// <param name="hours">Opening and closing, <c>09:00-17:30</c>; <c>00:00-24:00</c> is the whole day.</param>
    /// <param name="holidays">Local dates that are not worked.</param>
    /// <exception cref="FormatException">One of them cannot be read; the message says which and what would be right.</exception>
    public BusinessCalendar(string timeZone, string workingDays, string hours, ImmutableHashSet<DateOnly> holidays) => throw new NotImplementedException();

    /// <summary>The instant at which <paramref name="workingTime"/> has been worked since <paramref name="start"/>. Zero: <paramref name="start"/> itself, open or not.</summary>
    public DateTimeOffset Add(DateTimeOffset start, TimeSpan workingTime) => throw new NotImplementedException();

    /// <summary>The working time between two instants; zero when <paramref name="end"/> is not after <paramref name="start"/>.</summary>
    public TimeSpan Between(DateTimeOffset start, DateTimeOffset end) => throw new NotImplementedException();

    /// <summary>Whether the team works at an instant: opening time counts, closing time does not.</summary>
    public bool IsOpen(DateTimeOffset instant) => throw new NotImplementedException();

    /// <summary>The instant itself when open, else the next opening.</summary>
    public DateTimeOffset NextOpen(DateTimeOffset instant) => throw new NotImplementedException();
}
