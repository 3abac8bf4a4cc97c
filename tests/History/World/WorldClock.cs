namespace IntegrationHub.History.World;

/// <summary>The clock of the bus and the tools, which can be set ahead, so that all that waits becomes due.</summary>
internal sealed class WorldClock : TimeProvider
{
    private TimeSpan _passed;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _passed;

    public void Pass(TimeSpan time) => _passed += time;
}
