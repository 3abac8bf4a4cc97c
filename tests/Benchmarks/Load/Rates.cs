using System.Diagnostics;

namespace IntegrationHub.Benchmarks.Load;

/// <summary>Measures how many of something are done in a second.</summary>
internal static class Rates
{
    /// <summary>Sends all requests, so many at once, and returns the rate. A request that is not answered with 2xx stops the run.</summary>
    public static Task<double> SendAsync(HttpClient http, IReadOnlyList<HttpRequestMessage> requests, int atOnce, CancellationToken cancellationToken) =>
        RunAsync(requests, atOnce, async (request, token) =>
        {
            using var answer = await http.SendAsync(request, token);
            answer.EnsureSuccessStatusCode();
        }, cancellationToken);

    /// <summary>Runs work on all items, so many at once, and returns the rate.</summary>
    public static async Task<double> RunAsync<T>(IReadOnlyList<T> items, int atOnce, Func<T, CancellationToken, ValueTask> run, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken }, run);
        return items.Count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
