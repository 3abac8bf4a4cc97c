using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Who a team is. Section <c>Teams:{team}</c>.</summary>
public sealed record TeamSettings
{
    /// <summary>Gets the team's name in lower case.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the addresses that alerts of the team go to. Empty: the team gets none.</summary>
    public IReadOnlyList<string> Recipients { get; init; } = [];

    /// <summary>Gets the addresses that escalations go to.</summary>
    public IReadOnlyList<string> Managers { get; init; } = [];

    /// <summary>Gets the hours in which no mail is sent, like <c>18:00-08:00</c> of the team's time zone; null for none.</summary>
    public QuietHours? QuietHours { get; init; }
}

/// <summary>All configured teams, by name; names ignore case.</summary>
/// <param name="ByName">The teams.</param>
public sealed record TeamsSettings(IReadOnlyDictionary<string, TeamSettings> ByName)
{
    /// <summary>The team of that name; one without recipients where it is not configured.</summary>
    public TeamSettings this[string team] => ByName.TryGetValue(team, out var settings) ? settings : new TeamSettings { Name = team };
}
