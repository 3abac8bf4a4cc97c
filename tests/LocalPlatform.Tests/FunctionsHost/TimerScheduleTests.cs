using System.Globalization;
using IntegrationHub.LocalPlatform.FunctionsHost.Timers;

namespace IntegrationHub.LocalPlatform.Tests.FunctionsHost;

public sealed class TimerScheduleTests
{
    [Theory]
    [InlineData("0 */5 * * * *", "2026-03-02 08:59:30", "2026-03-02 09:00:00")]
    [InlineData("0 */5 * * * *", "2026-03-02 09:00:00", "2026-03-02 09:05:00")]
    [InlineData("*/5 * * * *", "2026-03-02 09:00:00", "2026-03-02 09:05:00")]
    [InlineData("30 5 * * * *", "2026-03-02 09:05:29", "2026-03-02 09:05:30")]
    [InlineData("30 5 * * * *", "2026-03-02 09:05:30", "2026-03-02 10:05:30")]
    [InlineData("0 0 9-17 * * *", "2026-03-02 17:00:00", "2026-03-03 09:00:00")]
    [InlineData("0 15,45 8,10 * * *", "2026-03-02 08:45:00", "2026-03-02 10:15:00")]
    [InlineData("59 59 23 * * *", "2026-12-31 23:59:59", "2027-01-01 23:59:59")]
    [InlineData("0 0 0 31 * *", "2026-03-31 00:00:00", "2026-05-31 00:00:00")]
    [InlineData("0 0 0 29 2 *", "2026-03-02 00:00:00", "2028-02-29 00:00:00")]
    [InlineData("0 30 9 * * 1-5", "2026-03-06 09:30:00", "2026-03-09 09:30:00")]
    [InlineData("0 30 9 * * Mon-Fri", "2026-03-06 09:30:00", "2026-03-09 09:30:00")]
    [InlineData("0 0 0 * * 0", "2026-03-02 00:00:00", "2026-03-08 00:00:00")]
    [InlineData("0 0 0 1 Apr,october *", "2026-04-01 00:00:00", "2026-10-01 00:00:00")]
    [InlineData("0 30 2 * * *", "2026-03-29 00:00:00", "2026-03-29 02:30:00")]
    [InlineData("0 30 2 * * *", "2026-10-25 02:30:00", "2026-10-26 02:30:00")]
    [InlineData("01:30:00", "2026-03-02 08:59:30", "2026-03-02 10:29:30")]
    [InlineData("1.00:00:00", "2026-03-02 08:59:30", "2026-03-03 08:59:30")]
    public void A_schedule_names_its_next_run_in_utc(string schedule, string now, string next) =>
        Assert.Equal(At(next), TimerSchedule.Parse(schedule).Next(At(now)));

    [Theory]
    [InlineData("0 * * * *  * *")]
    [InlineData("* * * *")]
    [InlineData("60 * * * * *")]
    [InlineData("0 0 24 * * *")]
    [InlineData("0 0 0 0 * *")]
    [InlineData("0 0 0 * 13 *")]
    [InlineData("0 1-2-3 * * * *")]
    [InlineData("00:00:00")]
    [InlineData("-00:01:00")]
    [InlineData("soon")]
    [InlineData("")]
    public void What_is_not_a_schedule_is_refused_with_an_example(string schedule) =>
        Assert.Contains("for example", Assert.Throws<FormatException>(() => TimerSchedule.Parse(schedule)).Message, StringComparison.Ordinal);

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
