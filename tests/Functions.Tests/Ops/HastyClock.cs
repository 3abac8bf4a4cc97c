using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Ops;

/// <summary>A clock that seems to have gone on by a second at every look at its stopwatch.</summary>
internal sealed class HastyClock : TimeProvider
{
    private long _looks;

    public override long TimestampFrequency => 1;

    public override long GetTimestamp() => Interlocked.Increment(ref _looks);

    public override DateTimeOffset GetUtcNow() => Monday;
}
