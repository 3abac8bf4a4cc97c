namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>The people who operate the hub. Section <c>Ops</c>.</summary>
internal sealed record OpsOptions
{
    /// <summary>Gets the addresses for ops notices. Empty: nobody is notified, and only
    /// health shows problems.</summary>
    public IReadOnlyList<string> Recipients { get; init; } = [];

    /// <summary>Gets how long a polled tool may be unreachable, or a delivery may wait in the queue, before it counts
    /// as late (inclusive). Default: 15 minutes.</summary>
    public TimeSpan LateAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Gets how many times its longest pause a webhook may be silent before ops are notified, above 1; zero
    /// for never. Default: 3.</summary>
    public double SilentAfter { get; init; } = 3;
}
