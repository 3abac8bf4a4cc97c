namespace IntegrationHub.Functions.Tests;

/// <summary>A clock that stands still until it is set. Its timers run on real time.</summary>
internal sealed class ManualClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
