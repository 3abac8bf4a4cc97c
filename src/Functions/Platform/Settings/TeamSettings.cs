using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>A team. Section <c>Teams:{team}</c>.</summary>
internal sealed record TeamSettings
{
    /// <summary>Gets the team's name in lower case.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the addresses for the team's alerts. Empty: the team gets none.</summary>
    public IReadOnlyList<string> Recipients { get; init; } = [];

    /// <summary>Gets the addresses for escalations.</summary>
    public IReadOnlyList<string> Managers { get; init; } = [];

    /// <summary>Gets the hours without mail, such as <c>18:00-08:00</c> in the team's
    /// time zone; null for none.</summary>
    public QuietHours? QuietHours { get; init; }
}

/// <summary>All configured teams by name, ignoring case.</summary>
internal sealed record TeamsSettings(IReadOnlyDictionary<string, TeamSettings> ByName)
{
    /// <summary>Returns a team; one without recipients when it is not configured.</summary>
    public TeamSettings this[string team] => ByName.TryGetValue(team, out var settings) ? settings : new TeamSettings { Name = team };
}
