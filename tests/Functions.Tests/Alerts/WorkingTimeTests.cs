using IntegrationHub.Functions.Alerts.Digest;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Tests.Alerts;

public sealed class WorkingTimeTests
{
    private static readonly BusinessCalendar Office = new("Europe/Berlin", "Mon-Fri", "09:00-17:00", []);

    [Theory]
    [InlineData("00:00:00", "0 s")]
    [InlineData("00:00:59", "59 s")]
    [InlineData("00:01:00", "1 min")]
    [InlineData("00:59:59", "59 min 59 s")]
    [InlineData("01:00:00", "1 h")]
    [InlineData("1.23:59:00", "47 h 59 min")]
    [InlineData("2.00:00:00", "2 d")]
    [InlineData("6.05:30:00", "6 d 5 h")]
    public void Time_around_the_clock_is_spelled_in_its_two_largest_units(string span, string expected) =>
        Assert.Equal(expected, WorkingTime.Spell(TimeSpan.Parse(span, null), BusinessCalendar.Always));

    [Theory]
    [InlineData("1.23:59:00", "47 h 59 min")]
    [InlineData("2.00:00:00", "48 h")]
    [InlineData("6.05:30:00", "149 h 30 min")]
    public void Office_time_is_spelled_in_hours_because_a_day_of_it_could_mean_two_things(string span, string expected) =>
        Assert.Equal(expected, WorkingTime.Spell(TimeSpan.Parse(span, null), Office));

    [Theory]
    [InlineData("00:00:45", "45 seconds", "45 working seconds")]
    [InlineData("00:01:00", "1 minute", "1 working minute")]
    [InlineData("01:30:00", "1 hour 30 minutes", "1 working hour 30 minutes")]
    [InlineData("2.01:00:00", "2 days 1 hour", "49 working hours")]
    public void In_a_sentence_time_is_spelled_in_words(string span, string aroundTheClock, string inAnOffice) => Assert.Equal(
        (aroundTheClock, inAnOffice),
        (WorkingTime.Say(TimeSpan.Parse(span, null), BusinessCalendar.Always), WorkingTime.Say(TimeSpan.Parse(span, null), Office)));
}
