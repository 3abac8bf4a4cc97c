using System.Diagnostics;

namespace IntegrationHub.Tests.Support;

/// <summary>Waits for what must come, and fails when it does not come in time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(40);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(condition, () => what);

    /// <param name="condition">What must become true.</param>
    /// <param name="what">Says, when it did not, what was waited for.</param>
    public static Task TrueAsync(Func<bool> condition, Func<string> what) => TrueAsync(() => Task.FromResult(condition()), what, Timeout);

    public static Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? timeout = null) => TrueAsync(condition, () => what, timeout ?? Timeout);

    private static async Task TrueAsync(Func<Task<bool>> condition, Func<string> what, TimeSpan timeout)
    {
        // The first looks come quickly, as most of what is waited for is there within milliseconds; costly ones come seldom.
        var pause = TimeSpan.FromMilliseconds(1);
        var waiting = Stopwatch.StartNew();
        for (var look = Stopwatch.StartNew(); !await condition(); look.Restart())
        {
            Assert.True(waiting.Elapsed < timeout, $"Waited too long until {what()}.");
            await Task.Delay(look.Elapsed * 3 > pause ? look.Elapsed * 3 : pause, TestContext.Current.CancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
