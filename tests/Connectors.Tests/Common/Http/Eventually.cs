using System.Diagnostics;

namespace IntegrationHub.Connectors.Tests.Common.Http;

/// <summary>Waits for what other threads are about to do, with a deadline.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    public static async Task TrueAsync(Func<bool> condition, Func<string> what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline, $"Waited in vain for {what()}");
            await Task.Yield();
        }
    }
}
