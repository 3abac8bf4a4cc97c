using System.Diagnostics;

namespace IntegrationHub.Functions.Tests;

/// <summary>Waits for what must come, and fails when it does not come in time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? patience = null)
    {
        for (var waiting = Stopwatch.StartNew(); !await condition();)
        {
            Assert.True(waiting.Elapsed < (patience ?? Patience), $"Waited too long until {what}.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
