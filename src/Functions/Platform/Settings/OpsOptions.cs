namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Who looks after the hub. Section <c>Ops</c>.</summary>
public sealed record OpsOptions
{
    /// <summary>Gets the addresses that news about connectors go to. Empty: nobody is told, and health shows them.</summary>
    public IReadOnlyList<string> Recipients { get; init; } = [];

    /// <summary>Gets how long a tool that is polled may be out of reach, or what it said may wait in the queue, before it counts as late: at exactly this age it does. Default: 15 minutes.</summary>
    public TimeSpan LateAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Gets by how many times its longest pause a tool's webhook may be silent before ops are told, above 1; zero for never. Default: 3.</summary>
    public double SilentAfter { get; init; } = 3;
}
