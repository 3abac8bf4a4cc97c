using System.Globalization;
using NCrontab;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Timers;

/// <summary>When a timer runs, in UTC.</summary>
internal abstract class TimerSchedule
{
    private const int FieldsWithSeconds = 6;

    /// <summary>Reads a schedule as a trigger writes it: NCRONTAB with five or six fields, or a time span.</summary>
    /// <exception cref="FormatException">It is neither; the message says what is wrong.</exception>
    public static TimerSchedule Parse(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var every) && every > TimeSpan.Zero
                ? new Interval(every)
                : throw new FormatException("It must be a time span above zero, for example 00:05:00.");
        }

        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        try
        {
            return new Cron(CrontabSchedule.Parse(text, new() { IncludingSeconds = fields == FieldsWithSeconds }));
        }
        catch (CrontabException e)
        {
            throw new FormatException($"It must be NCRONTAB, for example '0 */5 * * * *'. {e.Message}", e);
        }
    }

    /// <summary>Returns the first run after <paramref name="after"/>, never at it; null when there is none.</summary>
    public abstract DateTimeOffset? Next(DateTimeOffset after);

    private sealed class Interval(TimeSpan every) : TimerSchedule
    {
        public override DateTimeOffset? Next(DateTimeOffset after) => after + every;
    }

    private sealed class Cron(CrontabSchedule schedule) : TimerSchedule
    {
        public override DateTimeOffset? Next(DateTimeOffset after) =>
            schedule.GetNextOccurrence(after.UtcDateTime) is var next && next < DateTime.MaxValue
                ? new DateTimeOffset(next, TimeSpan.Zero)
                : null;
    }
}
