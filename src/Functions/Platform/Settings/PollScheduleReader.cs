using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;
using NCrontab;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Checks the polling schedule. The Functions host reads it, and health judges by it.</summary>
internal static class PollScheduleReader
{
    private const string Key = "Schedules:PollConnectors";
    private const int RunsChecked = 10_000;

    /// <summary>Adds a fault when the schedule's pauses would make a working tool count as late. A no-op without a
    /// schedule or a polled tool.</summary>
    public static void Check(SettingsReader reader, TimeSpan lateAfter)
    {
        if (reader.Text(Key) is not { } text || ConnectorRegistration.NamesOf<IPollSource>(reader).Count == 0)
        {
            return;
        }

        if (LongestPause(text) is { } pause && pause >= lateAfter)
        {
            reader.Fault(Key, $"a schedule with less than Ops:LateAfter ({lateAfter:c}) between two runs", "0 * * * * *");
        }
    }

    /// <summary>Returns the longest pause within about a year; null for an invalid schedule,
    /// which the host reports.</summary>
    private static TimeSpan? LongestPause(string text)
    {
        if (TimeSpan.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var interval))
        {
            return interval;
        }

        var withSeconds = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6;
        if (CrontabSchedule.TryParse(text, new() { IncludingSeconds = withSeconds }) is not { } schedule)
        {
            return null;
        }

        var from = new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var (longest, last) = (TimeSpan.Zero, schedule.GetNextOccurrence(from));
        foreach (var next in schedule.GetNextOccurrences(last, from.AddYears(1)).Take(RunsChecked))
        {
            longest = next - last > longest ? next - last : longest;
            last = next;
        }

        return longest == TimeSpan.Zero ? TimeSpan.MaxValue : longest;
    }
}
