using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests;

public sealed class QuietHoursTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    // Past midnight; Berlin is an hour ahead of UTC in winter.
    [InlineData("18:00-08:00", "2026-01-14T16:59Z", null)]
    [InlineData("18:00-08:00", "2026-01-14T17:00Z", "2026-01-15T07:00Z")]
    [InlineData("18:00-08:00", "2026-01-14T23:30Z", "2026-01-15T07:00Z")]
    [InlineData("18:00-08:00", "2026-01-15T06:59Z", "2026-01-15T07:00Z")]
    [InlineData("18:00-08:00", "2026-01-15T07:00Z", null)]
    // Within the day.
    [InlineData("12:00-13:30", "2026-01-14T10:59Z", null)]
    [InlineData("12:00-13:30", "2026-01-14T11:00Z", "2026-01-14T12:30Z")]
    [InlineData("12:00-13:30", "2026-01-14T12:30Z", null)]
    // To and from midnight.
    [InlineData("20:00-24:00", "2026-01-14T22:59Z", "2026-01-14T23:00Z")]
    [InlineData("00:00-06:00", "2026-01-14T23:00Z", "2026-01-15T05:00Z")]
    [InlineData("20:00-00:00", "2026-01-14T22:59Z", "2026-01-14T23:00Z")]
    // The night in which the clocks go forward is an hour shorter, the one in which they go back an hour longer.
    [InlineData("18:00-08:00", "2026-03-28T17:00Z", "2026-03-29T06:00Z")]
    [InlineData("18:00-08:00", "2026-10-24T16:00Z", "2026-10-25T07:00Z")]
    // An end that the clocks skip is the instant at which they have skipped it.
    [InlineData("22:00-02:30", "2026-03-28T22:00Z", "2026-03-29T01:00Z")]
    public void Mail_waits_until_the_quiet_hours_end(string range, string now, string? end) =>
        Assert.Equal(end is null ? null : At(end), new QuietHours(range, Berlin).EndOf(At(now)));

    [Theory]
    [InlineData("evenings")]
    [InlineData("18:00")]
    [InlineData("18:00-25:00")]
    [InlineData("08:00-08:00")]
    [InlineData("00:00-24:00")]
    [InlineData("")]
    public void What_is_not_a_part_of_a_day_is_refused_with_an_example(string range) =>
        Assert.Contains("for example 18:00-08:00.", Assert.Throws<FormatException>(() => new QuietHours(range, Berlin)).Message, StringComparison.Ordinal);
}
