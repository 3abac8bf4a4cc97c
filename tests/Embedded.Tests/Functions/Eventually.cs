namespace IntegrationHub.Embedded.Tests.Functions;

/// <summary>Waits for what must come, and fails when it does not come in time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        for (var started = Environment.TickCount64; !await condition();)
        {
            Assert.True(Environment.TickCount64 - started < Patience.TotalMilliseconds, $"Waited too long until {what}.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
