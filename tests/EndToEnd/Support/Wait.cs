using System.Diagnostics;

namespace IntegrationHub.EndToEnd.Support;

/// <summary>Waits for real parts: looks until a condition holds, and fails with what it saw last.</summary>
internal static class Wait
{
    public static async Task UntilAsync(string what, TimeSpan timeout, Func<Task<bool>> holds)
    {
        for (var waited = Stopwatch.StartNew(); ;)
        {
            if (await HoldsAsync(what, holds))
            {
                return;
            }

            Assert.True(waited.Elapsed < timeout, $"Not within {timeout.TotalSeconds:0} s: {what}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A part that is gone says so with what was waited for.</summary>
    private static async Task<bool> HoldsAsync(string what, Func<Task<bool>> holds)
    {
        try
        {
            return await holds();
        }
        catch (HttpRequestException gone)
        {
            throw new InvalidOperationException($"{gone.Message} While waiting: {what}", gone);
        }
    }
}
