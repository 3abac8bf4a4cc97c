using System.Collections.Immutable;
using System.Globalization;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Settings;

/// <summary>Makes the funnel's settings of the sections <c>Funnel</c> and <c>Teams</c>.</summary>
public static class FunnelSettingsReader
{
    private const string Calendar = "Funnel:Calendar";

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
        foreach (var unknown in reader.Names("Funnel:Stages").Where(name => !Enum.TryParse<FunnelStage>(name, ignoreCase: true, out _)))
        {
            reader.Fault($"Funnel:Stages:{unknown}", $"is no stage. The stages are {string.Join(", ", Enum.GetNames<FunnelStage>()).ToLowerInvariant()}.");
        }

        return new FunnelSettings
        {
            Stages = Enum.GetValues<FunnelStage>().ToImmutableDictionary(stage => stage, stage => ReadStage(reader, stage)),
            Calendar = ReadCalendar(reader, Calendar) ?? BusinessCalendar.Always,
            TeamCalendars = ReadTeamCalendars(reader),
            SystemOfRecord = reader.Text("Funnel:SystemOfRecord")?.ToLowerInvariant(),
            RecycleTo = ReadEnum(reader, "Funnel:RecycleTo", FunnelStage.Interest),
        };
    }

    private static StageSettings ReadStage(SettingsReader reader, FunnelStage stage)
    {
        var key = $"Funnel:Stages:{stage.ToString().ToLowerInvariant()}";
        return new StageSettings
        {
            Name = reader.Text($"{key}:Name") ?? stage.ToString(),
            Owner = reader.Text($"{key}:Owner")?.ToLowerInvariant() ?? DefaultOwners[stage],
            StallAfter = reader.Duration($"{key}:StallAfter"),
            AcceptWithin = reader.Duration($"{key}:AcceptWithin"),
        };
    }

    private static ImmutableDictionary<string, BusinessCalendar> ReadTeamCalendars(SettingsReader reader) =>
        reader.Names("Teams")
            .Select(team => (Team: team.ToLowerInvariant(), Calendar: ReadCalendar(reader, $"Teams:{team}:Calendar")))
            .Where(entry => entry.Calendar is not null)
            .ToImmutableDictionary(entry => entry.Team, entry => entry.Calendar!);

    /// <summary>A team's calendar takes what it does not say itself from the common one.</summary>
    private static BusinessCalendar? ReadCalendar(SettingsReader reader, string key)
    {
        if (!reader.Names(key).Any())
        {
            return null;
        }

        try
        {
            return new BusinessCalendar(
                Own("TimeZone") ?? "Etc/UTC",
                Own("WorkingDays") ?? "Mon-Sun",
                Own("Hours") ?? "00:00-24:00",
                ReadHolidays(reader, reader.List($"{key}:Holidays").Count > 0 ? key : Calendar));
        }
        catch (FormatException fault)
        {
            reader.Fault(key, fault.Message);
            return null;
        }

        string? Own(string name) => reader.Text($"{key}:{name}") ?? reader.Text($"{Calendar}:{name}");
    }

    private static ImmutableHashSet<DateOnly> ReadHolidays(SettingsReader reader, string key)
    {
        var holidays = ImmutableHashSet.CreateBuilder<DateOnly>();
        foreach (var text in reader.List($"{key}:Holidays"))
        {
            if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            {
                holidays.Add(date);
            }
            else
            {
                reader.Fault($"{key}:Holidays", $"'{text}' is no date. Write dates as 2026-12-25.");
            }
        }

        return holidays.ToImmutable();
    }

    private static T ReadEnum<T>(SettingsReader reader, string key, T fallback)
        where T : struct, Enum
    {
        if (reader.Text(key) is not { } text)
        {
            return fallback;
        }

        if (Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value))
        {
            return value;
        }

        reader.Fault(key, $"'{text}' is not one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}.");
        return fallback;
    }
}
