using System.Diagnostics;
using System.Text.Json;

namespace IntegrationHub.Demo;

/// <summary>
/// Expectations of the story, polled until they hold or time out. The end of the story lists those that failed.
/// </summary>
internal sealed class Expectations(Narrator narrator)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>The time limit for all of them. After it each is checked once.</summary>
    private static readonly TimeSpan TimeoutInAll = TimeSpan.FromSeconds(100);

    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly List<string> _broken = [];
    private int _held;

    public int Held => Volatile.Read(ref _held);

    public IReadOnlyList<string> Broken => _broken;

    /// <param name="what">The expectation in words.</param>
    /// <param name="insteadAsync">Returns what holds instead; null once the expectation holds.</param>
    /// <param name="timeout">How long it may take; null for the usual time.</param>
    public async Task HoldAsync(string what, Func<CancellationToken, Task<string?>> insteadAsync, CancellationToken cancellationToken, TimeSpan? timeout = null)
    {
        narrator.Await(what);
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var instead = await CheckAsync(insteadAsync, cancellationToken);
            if (instead is null)
            {
                Interlocked.Increment(ref _held);
                narrator.Held(what, Stopwatch.GetElapsedTime(began));
                return;
            }

            if (Stopwatch.GetElapsedTime(began) > (timeout ?? Timeout) || Stopwatch.GetElapsedTime(_began) > TimeoutInAll)
            {
                lock (_lock)
                {
                    _broken.Add($"{what}; instead: {instead}");
                }

                narrator.Broken(what, instead);
                return;
            }

            await Task.Delay(Pace, cancellationToken);
        }
    }

    private static async Task<string?> CheckAsync(Func<CancellationToken, Task<string?>> insteadAsync, CancellationToken cancellationToken)
    {
        try
        {
            return await insteadAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException)
        {
            return failure.Message;
        }
    }
}
