using System.Collections.Immutable;
using System.Globalization;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Makes the funnel's settings of the sections <c>Funnel</c> and <c>Teams</c>.</summary>
public static class FunnelSettingsReader
{
    private const string Calendar = "Funnel:Calendar";

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

    /// <summary>Reads them; faults go to <paramref name="reader"/>.</summary>
    public static FunnelSettings Read(SettingsReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        CheckNames(reader);
        var funnel = new FunnelSettings
        {
            Stages = Enum.GetValues<FunnelStage>().ToImmutableDictionary(stage => stage, stage => ReadStage(reader, stage)),
            Calendar = ReadCalendar(reader, Calendar) ?? BusinessCalendar.Always,
            TeamCalendars = ReadTeamCalendars(reader),
            SystemOfRecord = ReadSystemOfRecord(reader),
            RecycleTo = ReadEnum(reader, "Funnel:RecycleTo", FunnelStage.Interest),
            Alerts = ReadAlerts(reader),
        };
        return funnel with { Routing = HandoffRoutingReader.Read(reader, funnel), Content = ContentReader.ReadContent(reader), Campaigns = ContentReader.ReadCampaigns(reader) };
    }

    /// <summary>A name that nothing reads is a typo, which would leave a limit or a team's mail unset.</summary>
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
        var named = reader.Text(Key)?.ToLowerInvariant();
        var connectors = reader.Names("Connectors").Select(name => name.ToLowerInvariant()).ToList();
        if (named is not null && !connectors.Contains(named))
        {
            reader.Fault(Key, $"'{named}' is no connector. {(connectors.Count == 0 ? "None is configured: see Connectors:{name}:Type." : $"There are {string.Join(", ", connectors)}.")}");
        }

        return named;
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

    /// <summary>What is not set is as outside; "off" is no limit at all.</summary>
    private static StageLimits ReadLimits(SettingsReader reader, string key, StageLimits outside) =>
        new(ReadLimit(reader, $"{key}:StallAfter", outside.StallAfter), ReadLimit(reader, $"{key}:AcceptWithin", outside.AcceptWithin));

    private static TimeSpan? ReadLimit(SettingsReader reader, string key, TimeSpan? outside) => reader.IsOff(key) ? null : reader.Duration(key) ?? outside;

    private static AlertPolicy ReadAlerts(SettingsReader reader)
    {
        var usual = AlertPolicy.Default;
        return new AlertPolicy
        {
            HeadsUpAt = ReadShare(reader, "Alerts:HeadsUpAt", usual.HeadsUpAt, share => share is > 0 and < 1, "Write a share of the limit above 0 and below 1, such as 0.75, or off."),
            EscalateAt = ReadShare(reader, "Alerts:EscalateAt", usual.EscalateAt, share => share is > 1 and <= 100, "Write a multiple of the limit above 1 and at most 100, such as 2, or off."),
            RepeatAfter = ReadLimit(reader, "Alerts:RepeatAfter", usual.RepeatAfter),
            AcknowledgedFor = reader.Duration("Alerts:AcknowledgedFor") ?? usual.AcknowledgedFor,
            Snoozes = ReadSnoozes(reader, usual.Snoozes),
        };
    }

    private static double? ReadShare(SettingsReader reader, string key, double? fallback, Predicate<double> isRight, string whatWouldBeRight)
    {
        if (reader.IsOff(key))
        {
            return null;
        }

        var share = reader.Value(key, fallback ?? double.NaN, whatWouldBeRight);
        if (!isRight(share))
        {
            reader.Fault(key, $"'{reader.Text(key)}' is out of range. {whatWouldBeRight}");
        }

        return share;
    }

    private static int ReadSnoozes(SettingsReader reader, int fallback)
    {
        const string Key = "Alerts:Snoozes";
        const string WhatWouldBeRight = "Write a whole number; 0 lets nobody snooze.";
        var snoozes = reader.Value(Key, fallback, WhatWouldBeRight);
        if (snoozes < 0)
        {
            reader.Fault(Key, $"'{snoozes}' is below zero. {WhatWouldBeRight}");
        }

        return snoozes;
    }

    private static ImmutableDictionary<string, BusinessCalendar> ReadTeamCalendars(SettingsReader reader) =>
        reader.Names("Teams")
            .Select(team => (Team: team.ToLowerInvariant(), Calendar: ReadCalendar(reader, $"Teams:{team}:Calendar")))
            .Where(entry => entry.Calendar is not null)
            .ToImmutableDictionary(entry => entry.Team, entry => entry.Calendar!);

    /// <summary>A calendar takes what it does not say itself from those behind it, and at last from the common one.</summary>
    /// <returns>Null where nothing stands under the first key, or where it cannot be read.</returns>
    internal static BusinessCalendar? ReadCalendar(SettingsReader reader, string key, params string[] behind)
    {
        if (!reader.Names(key).Any())
        {
            return null;
        }

        string[] keys = [key, .. behind, Calendar];
        try
        {
            return new BusinessCalendar(
                Own("TimeZone") ?? "Etc/UTC",
                Own("WorkingDays") ?? "Mon-Sun",
                Own("Hours") ?? "00:00-24:00",
                ReadDates(reader, $"{keys.FirstOrDefault(from => reader.List($"{from}:Holidays").Count > 0) ?? key}:Holidays"));
        }
        catch (FormatException fault)
        {
            reader.Fault(key, fault.Message);
            return null;
        }

        string? Own(string name) => keys.Select(from => reader.Text($"{from}:{name}")).FirstOrDefault(text => text is not null);
    }

    /// <summary>Dates as <c>2026-12-25</c>, and spans of dates as <c>2026-08-03..2026-08-14</c>, both ends included.</summary>
    internal static ImmutableHashSet<DateOnly> ReadDates(SettingsReader reader, string key)
    {
        var dates = ImmutableHashSet.CreateBuilder<DateOnly>();
        foreach (var text in reader.List(key))
        {
            var ends = text.Split("..");
            if (ends.Length > 2 || ReadDate(ends[0]) is not { } first || ReadDate(ends[^1]) is not { } last || last < first)
            {
                reader.Fault(key, $"'{text}' is no date. Write dates as 2026-12-25, and spans of dates as 2026-08-03..2026-08-14.");
                continue;
            }

            dates.UnionWith(Enumerable.Range(0, last.DayNumber - first.DayNumber + 1).Select(first.AddDays));
        }

        return dates.ToImmutable();
    }

    private static DateOnly? ReadDate(string text) =>
        DateOnly.TryParseExact(text.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    /// <summary>A stage by its name; null where none is set, and a fault where it is none.</summary>
    internal static FunnelStage? ReadStageName(SettingsReader reader, string key) => reader.Text(key) is { } text ? ParseEnum<FunnelStage>(reader, key, text) : null;

    /// <summary>The value of that name; null, and a fault, where there is none.</summary>
    internal static T? ParseEnum<T>(SettingsReader reader, string key, string text)
        where T : struct, Enum
    {
        if (Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase) && Enum.TryParse<T>(text, ignoreCase: true, out var value))
        {
            return value;
        }

        reader.Fault(key, $"'{text}' is not one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}.");
        return null;
    }

    private static T ReadEnum<T>(SettingsReader reader, string key, T fallback)
        where T : struct, Enum => reader.Text(key) is { } text ? ParseEnum<T>(reader, key, text) ?? fallback : fallback;
}
