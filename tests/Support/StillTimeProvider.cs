using Microsoft.Extensions.Time.Testing;

namespace IntegrationHub.Tests.Support;

/// <summary>
/// A clock that stands still until a test moves it, for a hub among real parts: its timers run on real time, so that what waits for a bus, a table
/// store or a server still gives up.
/// </summary>
/// <param name="start">Where it stands at first.</param>
public sealed class StillTimeProvider(DateTimeOffset start) : FakeTimeProvider(start)
{
    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => System.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime, period);
}
