using System.Collections.Immutable;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Reads the section <c>Reports</c>.</summary>
internal static class ReportSettingsReader
{
    private const string Section = "Reports", Within = $"{Section}:Within";
    private const int LongestWithin = 3_660;

    /// <summary>The stages from which rounds go on.</summary>
    private static readonly FunnelStage[] Stages =
        [FunnelStage.Awareness, FunnelStage.Interest, FunnelStage.Evaluation, FunnelStage.Commitment];

    /// <summary>Reads how figures are cut and counted.</summary>
    public static ReportSettings Read(SettingsReader reader, BusinessCalendar common)
    {
        reader.OnlyKnown(Section, nameof(ReportSettings.TimeZone), nameof(ReportOptions.WhenErased), nameof(ReportSettings.Within));
        reader.OnlyKnown(Within, [.. Stages.Select(stage => stage.ToString())]);
        var usual = new ReportSettings();
        var zone = reader.Text(
            $"{Section}:TimeZone", text => TimeZoneInfo.TryFindSystemTimeZoneById(text, out _), "an IANA time zone", "Europe/Berlin");
        return new()
        {
            TimeZone = zone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known) ? known : common.TimeZone,
            Within = Stages.ToImmutableDictionary(stage => stage, stage => reader.Value<int>(
                $"{Within}:{stage}", usual.WithinOf(stage), days => days is >= 1 and <= LongestWithin,
                $"a whole number from 1 to {LongestWithin}", "90")),
        };
    }

    /// <summary>Reads how the figures are kept.</summary>
    public static ReportOptions ReadOptions(SettingsReader reader) => new()
    {
        WhenErased = reader.Named<ErasedFigures>($"{Section}:WhenErased") ?? ErasedFigures.Keep,
    };
}
