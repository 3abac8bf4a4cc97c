using System.Diagnostics;

namespace IntegrationHub.EndToEnd.Support;

/// <summary>Waits for real parts: looks until a condition holds, and fails with what it saw last.</summary>
internal static class Wait
{
    public static async Task UntilAsync(string what, TimeSpan patience, Func<Task<bool>> holds)
    {
        for (var waited = Stopwatch.StartNew(); ;)
        {
            if (await holds())
            {
                return;
            }

            Assert.True(waited.Elapsed < patience, $"Not within {patience.TotalSeconds:0} s: {what}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A port that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
