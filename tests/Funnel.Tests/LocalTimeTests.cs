using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests;

public sealed class LocalTimeTests
{
    [Theory]
    [InlineData("Europe/Berlin", "Fri 27 Mar, 17:00 Berlin time")]
    [InlineData("Asia/Kolkata", "Fri 27 Mar, 21:30 Kolkata time")]
    [InlineData("America/Argentina/Buenos_Aires", "Fri 27 Mar, 13:00 Buenos Aires time")]
    [InlineData("UTC", "Fri 27 Mar, 16:00 UTC")]
    [InlineData("Etc/UTC", "Fri 27 Mar, 16:00 UTC")]
    [InlineData("Etc/GMT+5", "Fri 27 Mar, 11:00 UTC-05:00")]
    public void A_time_is_that_of_the_teams_zone_which_has_its_name(string zone, string expected) =>
        Assert.Equal(expected, LocalTime.Spell(At("2026-03-27T16:00Z"), TimeZoneInfo.FindSystemTimeZoneById(zone), At("2026-12-01T00:00Z")));

    [Theory]
    [InlineData("2026-12-31T22:59Z", "Thu 31 Dec, 23:59 Berlin time")]
    [InlineData("2026-12-31T23:00Z", "Thu 31 Dec 2026, 23:59 Berlin time")]
    public void Another_year_is_named(string asOf, string expected) =>
        Assert.Equal(expected, LocalTime.Spell(At("2026-12-31T22:59Z"), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), At(asOf)));
}
