using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;
using NCrontab;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>
/// Checks how often the tools are polled: the Functions host reads the schedule, and health judges by it.
/// </summary>
internal static class PollScheduleReader
{
    private const string Key = "Schedules:PollConnectors";
    private const int RunsLookedAt = 10_000;

    /// <summary>
    /// Notes a schedule with pauses in which a tool that works would count as late. Without a schedule, or a tool that
    /// is polled, there is nothing to note.
    /// </summary>
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

    /// <summary>
    /// The longest time between two runs of about a year; null for what is not a schedule, of which the host complains.
    /// </summary>
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
        foreach (var next in schedule.GetNextOccurrences(last, from.AddYears(1)).Take(RunsLookedAt))
        {
            longest = next - last > longest ? next - last : longest;
            last = next;
        }

        return longest == TimeSpan.Zero ? TimeSpan.MaxValue : longest;
    }
}
