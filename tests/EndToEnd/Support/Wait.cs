using IntegrationHub.Tests.Support;

namespace IntegrationHub.EndToEnd.Support;

/// <summary>Waits for real parts: looks until a condition holds, and fails with what it saw last.</summary>
internal static class Wait
{
    public static Task UntilAsync(string what, TimeSpan timeout, Func<Task<bool>> holds) => Eventually.TrueAsync(() => HoldsAsync(what, holds), what, timeout);

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
