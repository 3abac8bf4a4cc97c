using System.Diagnostics;
using System.Text.Json;

namespace IntegrationHub.Demo;

/// <summary>What has to come true, looked at again and again until it has or its time is up. What has not is told at the end; the story goes on.</summary>
internal sealed class Expectations(Narrator narrator)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>When all of it should be over: from then on everything is looked at once.</summary>
    private static readonly TimeSpan TimeoutInAll = TimeSpan.FromSeconds(100);

    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly List<string> _broken = [];
    private int _held;

    public int Held => Volatile.Read(ref _held);

    public IReadOnlyList<string> Broken => _broken;

    /// <param name="what">What has to come true, in words.</param>
    /// <param name="insteadAsync">Tells what is there instead; null once it is true.</param>
    /// <param name="timeout">How long it may take; null for the usual time.</param>
    public async Task HoldAsync(string what, Func<CancellationToken, Task<string?>> insteadAsync, CancellationToken cancellationToken, TimeSpan? timeout = null)
    {
        narrator.Await(what);
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var instead = await LookAsync(insteadAsync, cancellationToken);
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

    private static async Task<string?> LookAsync(Func<CancellationToken, Task<string?>> insteadAsync, CancellationToken cancellationToken)
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
