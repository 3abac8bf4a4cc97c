namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Where leads are handed over. Section <c>Handoffs</c>.</summary>
public sealed record HandoffOptions
{
    /// <summary>Gets the connector that takes a team's leads over, by team (<c>Handoffs:{team}:Connector</c>). A team without one uses the only connector that takes leads over.</summary>
    public IReadOnlyDictionary<string, string> Connectors { get; init; } = new Dictionary<string, string>();
}
