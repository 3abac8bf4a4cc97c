using System.Collections.Immutable;
using System.Globalization;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Reads the sections <c>Funnel</c> and <c>Teams</c> into the funnel's settings.</summary>
internal static class FunnelSettingsReader
{
    private const string Calendar = "Funnel:Calendar";
    private const string AnyZone = "Etc/UTC";
    private const string EveryDay = "Mon-Sun";
    private const string AllDay = "00:00-24:00";

    internal static readonly string[] CalendarNames = ["TimeZone", "WorkingDays", "Hours", "Holidays"];

    private static readonly ImmutableDictionary<FunnelStage, string> DefaultOwners = new Dictionary<FunnelStage, string>
    {
        [FunnelStage.Awareness] = Team.Marketing,
        [FunnelStage.Interest] = Team.Marketing,
        [FunnelStage.Evaluation] = Team.Sales,
        [FunnelStage.Commitment] = Team.Sales,
        [FunnelStage.Referral] = Team.Marketing,
        [FunnelStage.Repeat] = Team.Sales,
    }.ToImmutableDictionary();

    public static FunnelSettings Read(SettingsReader reader)
    {
        CheckNames(reader);
        var funnel = new FunnelSettings
        {
            Stages = Enum.GetValues<FunnelStage>().ToImmutableDictionary(stage => stage, stage => ReadStage(reader, stage)),
            Calendar = ReadCalendar(reader, Calendar) ?? BusinessCalendar.Always,
            TeamCalendars = ReadTeamCalendars(reader),
            SystemOfRecord = ReadSystemOfRecord(reader),
            RecycleTo = reader.Named<FunnelStage>("Funnel:RecycleTo") ?? FunnelStage.Interest,
            Alerts = ReadAlerts(reader),
        };
        return funnel with
        {
            Reports = ReportSettingsReader.Read(reader, funnel.Calendar),
            Routing = HandoffRoutingReader.Read(reader, funnel),
            Content = ContentReader.ReadContent(reader),
            Campaigns = ContentReader.ReadCampaigns(reader),
        };
    }

    /// <summary>Rejects unknown names: a typo would leave a limit or a team's mail unset.</summary>
    private static void CheckNames(SettingsReader reader)
    {
        reader.OnlyKnown("Funnel", "Stages", "Calendar", "SystemOfRecord", "RecycleTo");
        reader.OnlyKnown("Funnel:Stages", Enum.GetNames<FunnelStage>());
        reader.OnlyKnown(Calendar, CalendarNames);
        foreach (var stage in reader.Names("Funnel:Stages"))
        {
            reader.OnlyKnown($"Funnel:Stages:{stage}", "Name", "Owner", "StallAfter", "AcceptWithin", "Segments");
            foreach (var segment in reader.Names($"Funnel:Stages:{stage}:Segments"))
            {
                reader.OnlyKnown($"Funnel:Stages:{stage}:Segments:{segment}", "StallAfter", "AcceptWithin");
            }
        }

        foreach (var team in reader.Names("Teams"))
        {
            reader.OnlyKnown($"Teams:{team}", "Recipients", "Managers", "QuietHours", "Calendar");
            reader.OnlyKnown($"Teams:{team}:Calendar", CalendarNames);
        }
    }

    private static string? ReadSystemOfRecord(SettingsReader reader)
    {
        const string Key = "Funnel:SystemOfRecord";
        var connectors = reader.Names("Connectors").Select(name => name.ToLowerInvariant()).ToList();
        var mustBe = $"one of the connectors {string.Join(", ", connectors)}";
        return reader.Text(Key, named => connectors.Contains(named.ToLowerInvariant()), mustBe, connectors.FirstOrDefault("salesforce"))
            ?.ToLowerInvariant();
    }

    private static StageSettings ReadStage(SettingsReader reader, FunnelStage stage)
    {
        var key = $"Funnel:Stages:{stage.ToString().ToLowerInvariant()}";
        var limits = ReadLimits(reader, key, new(null, null));
        return new StageSettings
        {
            Name = reader.Text($"{key}:Name") ?? stage.ToString(),
            Owner = reader.Text($"{key}:Owner")?.ToLowerInvariant() ?? DefaultOwners[stage],
            StallAfter = limits.StallAfter,
            AcceptWithin = limits.AcceptWithin,
            Segments = reader.Names($"{key}:Segments").Aggregate(
                StageSettings.NoSegments,
                (segments, segment) => segments.SetItem(segment, ReadLimits(reader, $"{key}:Segments:{segment}", limits))),
        };
    }

    /// <summary>Reads limits. A missing one is inherited; "off" means no limit.</summary>
    private static StageLimits ReadLimits(SettingsReader reader, string key, StageLimits inherited) =>
        new(ReadLimit(reader, $"{key}:StallAfter", inherited.StallAfter), ReadLimit(reader, $"{key}:AcceptWithin", inherited.AcceptWithin));

    private static TimeSpan? ReadLimit(SettingsReader reader, string key, TimeSpan? inherited) =>
        reader.IsOff(key) ? null : reader.Duration(key) ?? inherited;

    private static AlertPolicy ReadAlerts(SettingsReader reader)
    {
        var usual = AlertPolicy.Default;
        return new AlertPolicy
        {
            HeadsUpAt = Share(
                "Alerts:HeadsUpAt",
                usual.HeadsUpAt,
                share => share is > 0 and < 1,
                "a share of the limit above 0 and below 1, or off",
                "0.75"),
            EscalateAt = Share(
                "Alerts:EscalateAt",
                usual.EscalateAt,
                share => share is > 1 and <= 100,
                "a multiple of the limit above 1 and at most 100, or off",
                "2"),
            RepeatAfter = ReadLimit(reader, "Alerts:RepeatAfter", usual.RepeatAfter),
            AcknowledgedFor = reader.Duration("Alerts:AcknowledgedFor") ?? usual.AcknowledgedFor,
            Snoozes = reader.Value<int>(
                "Alerts:Snoozes", usual.Snoozes, snoozes => snoozes >= 0, "a whole number, where 0 allows no snooze", "3"),
        };

        double? Share(string key, double? fallback, Predicate<double> isRight, string mustBe, string example) =>
            reader.IsOff(key) ? null : reader.Value(key, isRight, mustBe, example) ?? fallback;
    }

    private static ImmutableDictionary<string, BusinessCalendar> ReadTeamCalendars(SettingsReader reader) =>
        reader.Names("Teams")
            .Select(team => (Team: team.ToLowerInvariant(), Calendar: ReadCalendar(reader, $"Teams:{team}:Calendar")))
            .Where(entry => entry.Calendar is not null)
            .ToImmutableDictionary(entry => entry.Team, entry => entry.Calendar!);

    /// <summary>Reads a calendar. A missing part comes from the calendars behind it, and
    /// last from the common one.</summary>
    /// <returns>Null when nothing is set under the first key.</returns>
    internal static BusinessCalendar? ReadCalendar(SettingsReader reader, string key, params string[] behind)
    {
        if (!reader.Names(key).Any())
        {
            return null;
        }

        string[] keys = [key, .. behind, Calendar];
        return new BusinessCalendar(
            Own("TimeZone", zone => IsReadable(zone: zone), "an IANA time zone", "Europe/Berlin") ?? AnyZone,
            Own("WorkingDays", days => IsReadable(days: days), "days and ranges of days", "Mon-Fri") ?? EveryDay,
            Own("Hours", hours => IsReadable(hours: hours), "opening and closing within one day, or 00:00-24:00", "09:00-17:30") ?? AllDay,
            ReadDates(reader, $"{keys.FirstOrDefault(from => reader.List($"{from}:Holidays").Count > 0) ?? key}:Holidays"));

        string? Own(string name, Predicate<string> isRight, string mustBe, string example) =>
            reader.Text(
                $"{keys.FirstOrDefault(from => reader.Text($"{from}:{name}") is not null) ?? key}:{name}", isRight, mustBe, example);
    }

    private static bool IsReadable(string zone = AnyZone, string days = EveryDay, string hours = AllDay)
    {
        try
        {
            _ = new BusinessCalendar(zone, days, hours, []);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>Reads dates as <c>2026-12-25</c> and spans as
    /// <c>2026-08-03..2026-08-14</c>, both ends inclusive.</summary>
    internal static ImmutableHashSet<DateOnly> ReadDates(SettingsReader reader, string key)
    {
        var dates = ImmutableHashSet.CreateBuilder<DateOnly>();
        foreach (var text in reader.List(key))
        {
            var ends = text.Split("..");
            if (ends.Length > 2 || ReadDate(ends[0]) is not { } first || ReadDate(ends[^1]) is not { } last || last < first)
            {
                reader.Fault(key, "dates, and spans of dates", "2026-12-25,2026-08-03..2026-08-14");
                continue;
            }

            dates.UnionWith(Enumerable.Range(0, last.DayNumber - first.DayNumber + 1).Select(first.AddDays));
        }

        return dates.ToImmutable();
    }

    private static DateOnly? ReadDate(string text) =>
        DateOnly.TryParseExact(text.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
}
