using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>Formats working time for people.</summary>
internal static class WorkingTime
{
    private static readonly DateTimeOffset AnyMonday = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Returns the two largest units, rounded down: <c>50 h</c>, <c>1 h 30 min</c>, <c>45 s</c>. Days appear
    /// only for a team that works around the clock. Elsewhere "2 d" would be ambiguous.</summary>
    public static string Spell(TimeSpan span, BusinessCalendar calendar)
    {
        var aroundTheClock = calendar.Between(AnyMonday, AnyMonday.AddDays(7)) == TimeSpan.FromDays(7);
        return span switch
        {
            { TotalMinutes: < 1 } => $"{(int)span.TotalSeconds} s",
            { TotalHours: < 1 } => Units((int)span.TotalMinutes, "min", span.Seconds, "s"),
            { TotalDays: >= 2 } when aroundTheClock => Units((int)span.TotalDays, "d", span.Hours, "h"),
            _ => Units((int)span.TotalHours, "h", span.Minutes, "min"),
        };
    }

    private static string Units(int large, string largeUnit, int small, string smallUnit) =>
        small == 0 ? $"{large} {largeUnit}" : $"{large} {largeUnit} {small} {smallUnit}";
}
