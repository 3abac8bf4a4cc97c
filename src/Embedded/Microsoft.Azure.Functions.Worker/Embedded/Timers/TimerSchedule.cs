using System.Globalization;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>When a timer runs.</summary>
internal abstract class TimerSchedule
{
    /// <summary>Reads a schedule as the trigger writes it: NCRONTAB or <c>hh:mm:ss</c>.</summary>
    /// <exception cref="FormatException">It is neither; the message says what is wrong with it.</exception>
    public static TimerSchedule Parse(string text)
    {
        if (!text.Contains(':', StringComparison.Ordinal))
        {
            return Ncrontab.Parse(text);
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var every) && every > TimeSpan.Zero
            ? new Interval(every)
            : throw new FormatException($"'{text}' is no time span: write hh:mm:ss, more than nothing.");
    }

    /// <summary>Gets the first run after <paramref name="after"/>, never at it; null when there is none.</summary>
    public abstract DateTimeOffset? Next(DateTimeOffset after);

    private sealed class Interval(TimeSpan every) : TimerSchedule
    {
        public override DateTimeOffset? Next(DateTimeOffset after) => after + every;
    }
}
