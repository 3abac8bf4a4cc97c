using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace IntegrationHub.Funnel.Tests;

/// <summary>Every expected instant was counted by hand on the two clocks.</summary>
public sealed class BusinessCalendarTests
{
    private const string Berlin = "Europe/Berlin";
    private const string NewYork = "America/New_York";

    [Theory]
    // An ordinary week in Berlin's winter (UTC+1): open 08:00Z to 16:30Z.
    [InlineData(Berlin, "Mon-Fri", "09:00-17:30", "2026-03-02T08:00Z", "01:00", "2026-03-02T09:00Z")]
    [InlineData(Berlin, "Mon-Fri", "09:00-17:30", "2026-03-02T03:00Z", "01:00", "2026-03-02T09:00Z")]
    [InlineData(Berlin, "Mon-Fri", "09:00-17:30", "2026-03-02T08:00Z", "08:29", "2026-03-02T16:29Z")]
    [InlineData(Berlin, "Mon-Fri", "09:00-17:30", "2026-03-02T08:00Z", "08:30", "2026-03-02T16:30Z")]
    [InlineData(Berlin, "Mon-Fri", "09:00-17:30", "2026-03-02T08:00Z", "08:31", "2026-03-03T08:01Z")]
    [InlineData(Berlin, "Mon-Fri", "09:00-17:30", "2026-03-02T16:30Z", "00:01", "2026-03-03T08:01Z")]
    // Over a weekend.
    [InlineData(Berlin, "Mon-Fri", "09:00-17:30", "2026-03-06T16:00Z", "01:00", "2026-03-09T08:30Z")]
    [InlineData(Berlin, "Mon-Fri", "09:00-17:30", "2026-03-07T12:00Z", "00:30", "2026-03-09T08:30Z")]
    // Over the weekend in which Berlin's clocks go forward: Monday opens at 07:00Z.
    [InlineData(Berlin, "Mon-Fri", "09:00-17:30", "2026-03-27T16:00Z", "01:00", "2026-03-30T07:30Z")]
    // ReminderNumber the clock through the hour that Berlin skips (01:00Z on 29 March): a local day of 23 hours is worked 23 hours.
    [InlineData(Berlin, "Mon-Sun", "00:00-24:00", "2026-03-28T23:00Z", "23:00", "2026-03-29T22:00Z")]
    [InlineData(Berlin, "Mon-Sun", "01:00-04:00", "2026-03-29T00:00Z", "02:00", "2026-03-29T02:00Z")]
    [InlineData(Berlin, "Mon-Sun", "01:00-04:00", "2026-03-29T00:00Z", "02:01", "2026-03-29T23:01Z")]
    // Opening inside the skipped hour: open when the clocks have jumped to 03:00, which is 01:00Z.
    [InlineData(Berlin, "Mon-Sun", "02:30-04:00", "2026-03-29T00:00Z", "00:10", "2026-03-29T01:10Z")]
    [InlineData(Berlin, "Mon-Sun", "02:30-04:00", "2026-03-29T00:00Z", "01:01", "2026-03-30T00:31Z")]
    // Closing inside the skipped hour: closed when the clocks jump.
    [InlineData(Berlin, "Mon-Sun", "01:00-02:30", "2026-03-29T00:00Z", "01:00", "2026-03-29T01:00Z")]
    [InlineData(Berlin, "Mon-Sun", "01:00-02:30", "2026-03-29T00:00Z", "01:01", "2026-03-29T23:01Z")]
    // Wholly inside the skipped hour: no work that day.
    [InlineData(Berlin, "Mon-Sun", "02:15-02:45", "2026-03-28T12:00Z", "00:10", "2026-03-30T00:25Z")]
    // Over the weekend in which Berlin's clocks go back: Friday closes at 15:30Z, Monday opens at 08:00Z.
    [InlineData(Berlin, "Mon-Fri", "09:00-17:30", "2026-10-23T15:00Z", "01:00", "2026-10-26T08:30Z")]
    // The hour that Berlin repeats (00:00Z to 02:00Z on 25 October is 02:00 to 03:00 twice) is worked twice.
    [InlineData(Berlin, "Mon-Sun", "01:00-04:00", "2026-10-24T23:00Z", "04:00", "2026-10-25T03:00Z")]
    [InlineData(Berlin, "Mon-Sun", "01:00-04:00", "2026-10-24T23:00Z", "04:01", "2026-10-26T00:01Z")]
    // Closing inside the repeated hour: 02:00 to 02:30 is worked, 02:30 to 03:00 is not, then 02:00 to 02:30 again.
    [InlineData(Berlin, "Mon-Sun", "01:30-02:30", "2026-10-24T23:30Z", "01:00", "2026-10-25T00:30Z")]
    [InlineData(Berlin, "Mon-Sun", "01:30-02:30", "2026-10-24T23:30Z", "01:10", "2026-10-25T01:10Z")]
    [InlineData(Berlin, "Mon-Sun", "01:30-02:30", "2026-10-24T23:30Z", "01:31", "2026-10-26T00:31Z")]
    // New York, two weeks earlier forward (8 March: UTC-5 to UTC-4) and a week later back (1 November).
    [InlineData(NewYork, "Mon-Fri", "09:00-17:00", "2026-03-06T21:30Z", "01:00", "2026-03-09T13:30Z")]
    [InlineData(NewYork, "Mon-Fri", "09:00-17:00", "2026-10-30T20:30Z", "01:00", "2026-11-02T14:30Z")]
    [InlineData(NewYork, "Mon-Sun", "00:00-24:00", "2026-03-08T05:00Z", "23:00", "2026-03-09T04:00Z")]
    [InlineData(NewYork, "Mon-Sun", "00:00-03:00", "2026-11-01T04:00Z", "04:00", "2026-11-01T08:00Z")]
    [InlineData(NewYork, "Mon-Sun", "00:00-03:00", "2026-11-01T04:00Z", "04:01", "2026-11-02T05:01Z")]
    // A Friday in Berlin is still Thursday in Los Angeles, and Kolkata is half an hour off.
    [InlineData("Asia/Kolkata", "Mon-Fri", "09:00-17:30", "2026-03-06T11:59Z", "00:02", "2026-03-09T03:31Z")]
    [InlineData("Pacific/Auckland", "Mon-Fri", "09:00-17:00", "2026-04-02T19:00Z", "08:01", "2026-04-05T21:01Z")]
    // Over the turn of the year.
    [InlineData(Berlin, "Mon-Fri", "09:00-17:30", "2026-12-31T16:00Z", "01:00", "2027-01-01T08:30Z")]
    public void Working_time_is_added_to_the_minute(string zone, string days, string hours, string start, string workingTime, string expected)
    {
        var calendar = new BusinessCalendar(zone, days, hours, []);
        var time = TimeSpan.ParseExact(workingTime, @"hh\:mm", CultureInfo.InvariantCulture);

        Assert.Equal(Given.At(expected), calendar.Add(Given.At(start), time));
        Assert.Equal(time, calendar.Between(Given.At(start), Given.At(expected)));
    }

    [Theory]
    [InlineData("2026-04-02T14:30Z", "02:00", "2026-04-07T08:00Z")]
    [InlineData("2026-04-03T10:00Z", "00:01", "2026-04-07T07:01Z")]
    [InlineData("2026-04-05T22:00Z", "00:01", "2026-04-07T07:01Z")]
    public void Holidays_are_local_dates_that_are_not_worked(string start, string workingTime, string expected)
    {
        // Good Friday and Easter Monday.
        var calendar = new BusinessCalendar(Berlin, "Mon-Fri", "09:00-17:30", [new DateOnly(2026, 4, 3), new DateOnly(2026, 4, 6)]);

        Assert.Equal(Given.At(expected), calendar.Add(Given.At(start), TimeSpan.ParseExact(workingTime, @"hh\:mm", CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("2026-03-02T07:59:59.9999999Z", false, "2026-03-02T08:00Z")]
    [InlineData("2026-03-02T08:00:00.0000000Z", true, "2026-03-02T08:00Z")]
    [InlineData("2026-03-02T16:29:59.9999999Z", true, "2026-03-02T16:29:59.9999999Z")]
    [InlineData("2026-03-02T16:30:00.0000000Z", false, "2026-03-03T08:00Z")]
    [InlineData("2026-03-06T20:00:00.0000000Z", false, "2026-03-09T08:00Z")]
    public void Opening_counts_and_closing_does_not(string instant, bool open, string nextOpen)
    {
        var calendar = new BusinessCalendar(Berlin, "Mon-Fri", "09:00-17:30", []);

        Assert.Equal(open, calendar.IsOpen(Given.At(instant)));
        Assert.Equal(Given.At(nextOpen), calendar.NextOpen(Given.At(instant)));
    }

    [Fact]
    public void No_working_time_is_the_start_itself_open_or_not()
    {
        var calendar = new BusinessCalendar(Berlin, "Mon-Fri", "09:00-17:30", []);

        Assert.Equal(Given.At("2026-03-07T12:00Z"), calendar.Add(Given.At("2026-03-07T12:00Z"), TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => calendar.Add(Given.Start, TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public void Between_is_zero_when_the_end_is_not_after_the_start()
    {
        Assert.Equal(TimeSpan.Zero, BusinessCalendar.Always.Between(Given.Start, Given.Start));
        Assert.Equal(TimeSpan.Zero, BusinessCalendar.Always.Between(Given.Start, Given.Start.AddTicks(-1)));
        Assert.Equal(TimeSpan.FromTicks(1), BusinessCalendar.Always.Between(Given.Start, Given.Start.AddTicks(1)));
    }

    [Fact]
    public void In_a_calendar_without_closing_working_time_is_time()
    {
        var start = Given.At("2026-03-02T09:00:00.1234567Z");

        Assert.Equal(start.AddDays(4000), BusinessCalendar.Always.Add(start, TimeSpan.FromDays(4000)));
        Assert.Equal(TimeSpan.FromDays(4000), BusinessCalendar.Always.Between(start, start.AddDays(4000)));
        Assert.True(BusinessCalendar.Always.IsOpen(start));
        Assert.Equal(start, BusinessCalendar.Always.NextOpen(start));
    }

    [Fact]
    public void Beyond_the_last_year_there_is_no_instant()
    {
        var last = Given.At("9999-12-30T00:00Z");

        Assert.Equal(DateTimeOffset.MaxValue, BusinessCalendar.Always.Add(last, TimeSpan.FromDays(3)));
        Assert.Equal(DateTimeOffset.MaxValue, new BusinessCalendar(Berlin, "Mon", "09:00-10:00", []).NextOpen(last));
        Assert.True(BusinessCalendar.Always.Between(DateTimeOffset.MinValue, Given.Start) > TimeSpan.FromDays(365 * 2000));
    }

    [Theory]
    [InlineData("Mon-Fri", "Mon,Tue,Wed,Thu,Fri")]
    [InlineData("Mon,Tue,Sat", "Mon,Tue,Sat")]
    [InlineData("Sat-Mon", "Sat,Sun,Mon")]
    [InlineData("mon - WED , Sun", "Mon,Tue,Wed,Sun")]
    [InlineData("Sun-Sun", "Sun")]
    public void Days_are_read_as_people_write_them(string text, string expected)
    {
        var calendar = new BusinessCalendar("UTC", text, "00:00-24:00", []);
        var week = Enumerable.Range(0, 7).Select(day => Given.Start.AddDays(day)).Where(calendar.IsOpen).Select(day => day.ToString("ddd", CultureInfo.InvariantCulture));

        Assert.Equal(expected.Split(',').Order(), week.Order());
    }

    [Theory]
    [InlineData("Europe/Nowhere", "Mon-Fri", "09:00-17:30", "TimeZone 'Europe/Nowhere'")]
    [InlineData("", "Mon-Fri", "09:00-17:30", "TimeZone ''")]
    [InlineData(null, "Mon-Fri", "09:00-17:30", "TimeZone ''")]
    [InlineData("UTC", "", "09:00-17:30", "WorkingDays ''")]
    [InlineData("UTC", null, "09:00-17:30", "WorkingDays ''")]
    [InlineData("UTC", "Mon-", "09:00-17:30", "WorkingDays 'Mon-'")]
    [InlineData("UTC", "Mon,,Tue", "09:00-17:30", "WorkingDays 'Mon,,Tue'")]
    [InlineData("UTC", "Mon-Wed-Fri", "09:00-17:30", "WorkingDays 'Mon-Wed-Fri'")]
    [InlineData("UTC", "Montag", "09:00-17:30", "WorkingDays 'Montag'")]
    [InlineData("UTC", "Mon-Fri", "9-17", "Hours '9-17' cannot be read")]
    [InlineData("UTC", "Mon-Fri", "09:00", "Hours '09:00' cannot be read")]
    [InlineData("UTC", "Mon-Fri", "09:00-24:01", "Hours '09:00-24:01' cannot be read")]
    [InlineData("UTC", "Mon-Fri", null, "Hours '' cannot be read")]
    [InlineData("UTC", "Mon-Fri", "22:00-06:00", "Hours '22:00-06:00' close before they open")]
    [InlineData("UTC", "Mon-Fri", "09:00-09:00", "Hours '09:00-09:00' close before they open")]
    public void A_setting_that_cannot_be_read_is_named_with_an_example(string? zone, string? days, string? hours, string message)
    {
        var refusal = Assert.Throws<FormatException>(() => new BusinessCalendar(zone!, days!, hours!, []));

        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("for example ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Working_time_is_what_the_local_clock_shows_as_open_minute_by_minute()
    {
        var calendars =
            from zone in Gen.Elements(Berlin, NewYork, "Australia/Lord_Howe", "Asia/Kolkata", "America/St_Johns", "Africa/Casablanca")
            from days in Gen.Elements("Mon-Fri", "Sat-Mon", "Mon-Sun", "Sun")
            from hours in Gen.Elements("09:00-17:30", "00:00-24:00", "02:15-02:45", "01:30-03:15", "23:00-24:00")
            from holiday in Gen.Choose(0, 365)
            select (zone, days, hours, new DateOnly(2026, 1, 1).AddDays(holiday));
        // Starts close to the clock changes of 2026.
        var starts =
            from change in Gen.Elements("2026-03-07T00:00Z", "2026-03-28T00:00Z", "2026-10-24T00:00Z", "2026-10-31T00:00Z", "2026-04-04T00:00Z", "2026-10-03T00:00Z", "2026-12-31T00:00Z")
            from minutes in Gen.Choose(0, 2000)
            from length in Gen.Choose(1, 4000)
            select (Given.At(change).AddMinutes(minutes), length);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(calendars.ToArbitrary(), starts.ToArbitrary(), (made, span) =>
        {
            var (zone, days, hours, holiday) = made;
            var (start, length) = span;
            var calendar = new BusinessCalendar(zone, days, hours, [holiday]);
            var open = Enumerable.Range(0, length).Count(minute => ClockShowsOpen(start.AddMinutes(minute), zone, days, hours, holiday));
            var worked = calendar.Between(start, start.AddMinutes(length));

            Assert.Equal(TimeSpan.FromMinutes(open), worked);
            if (open > 0)
            {
                var reached = calendar.Add(start, worked);
                Assert.True(reached <= start.AddMinutes(length));
                Assert.Equal(worked, calendar.Between(start, reached));
                Assert.True(calendar.IsOpen(reached.AddTicks(-1)));
            }
        }));
    }

    private static bool ClockShowsOpen(DateTimeOffset instant, string zone, string days, string hours, DateOnly holiday)
    {
        var local = TimeZoneInfo.ConvertTime(instant, TimeZoneInfo.FindSystemTimeZoneById(zone)).DateTime;
        var worked = days switch
        {
            "Mon-Fri" => local.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday),
            "Sat-Mon" => local.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday or DayOfWeek.Monday,
            "Sun" => local.DayOfWeek is DayOfWeek.Sunday,
            _ => true,
        };
        var opening = TimeSpan.Parse(hours[..5], CultureInfo.InvariantCulture);
        var closing = hours[6..] == "24:00" ? TimeSpan.FromDays(1) : TimeSpan.Parse(hours[6..], CultureInfo.InvariantCulture);
        return worked && DateOnly.FromDateTime(local) != holiday && local.TimeOfDay >= opening && local.TimeOfDay < closing;
    }
}
