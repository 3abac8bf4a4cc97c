using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>Formats working time for people, in the two largest units, rounded down. Days appear only for a team that works
/// around the clock. Elsewhere "2 d" would be ambiguous.</summary>
internal static class WorkingTime
{
    private static readonly DateTimeOffset AnyMonday = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Returns the short form: <c>50 h</c>, <c>1 h 30 min</c>, <c>45 s</c>.</summary>
    public static string Spell(TimeSpan span, BusinessCalendar calendar) =>
        string.Join(' ', Units(span, IsAroundTheClock(calendar)).Select(unit => $"{unit.Count} {unit.Short}"));

    /// <summary>Returns the form for a sentence: <c>50 working hours</c>, <c>2 days 1 hour</c>, <c>45 seconds</c>.</summary>
    public static string Say(TimeSpan span, BusinessCalendar calendar)
    {
        var aroundTheClock = IsAroundTheClock(calendar);
        var working = aroundTheClock ? "" : "working ";
        return string.Join(
            ' ',
            Units(span, aroundTheClock).Select((unit, index) =>
                $"{unit.Count} {(index == 0 ? working : "")}{unit.Word}{(unit.Count == 1 ? "" : "s")}"));
    }

    private static bool IsAroundTheClock(BusinessCalendar calendar) =>
        calendar.Between(AnyMonday, AnyMonday.AddDays(7)) == TimeSpan.FromDays(7);

    private static (int Count, string Short, string Word)[] Units(TimeSpan span, bool days)
    {
        var (hours, minutes, seconds) = ((span.Hours, "h", "hour"), (span.Minutes, "min", "minute"), (span.Seconds, "s", "second"));
        (int Count, string Short, string Word)[] units = span switch
        {
            { TotalMinutes: < 1 } => [seconds],
            { TotalHours: < 1 } => [minutes, seconds],
            { TotalDays: >= 2 } when days => [((int)span.TotalDays, "d", "day"), hours],
            _ => [((int)span.TotalHours, "h", "hour"), minutes],
        };
        return units is [var large, (Count: 0, _, _)] ? [large] : units;
    }
}
