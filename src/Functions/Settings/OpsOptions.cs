namespace IntegrationHub.Functions.Settings;

/// <summary>Who looks after the hub. Section <c>Ops</c>.</summary>
public sealed record OpsOptions
{
    /// <summary>Gets the addresses that news about connectors go to. Empty: nobody is told.</summary>
    public IReadOnlyList<string> Recipients { get; init; } = [];
}
