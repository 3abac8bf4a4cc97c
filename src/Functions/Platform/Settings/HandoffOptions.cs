namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Where leads are handed over. Section <c>Handoffs</c>.</summary>
internal sealed record HandoffOptions
{
    /// <summary>Gets each team's connector for handoffs (<c>Handoffs:{team}:Connector</c>). A team without one uses the
    /// only connector that accepts handoffs.</summary>
    public IReadOnlyDictionary<string, string> Connectors { get; init; } = new Dictionary<string, string>();
}
