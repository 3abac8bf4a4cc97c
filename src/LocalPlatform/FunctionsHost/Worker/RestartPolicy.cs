namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>
/// Decides whether a worker that failed is started again: not after too many failures within half an hour, as on the
/// real host.
/// </summary>
/// <param name="clock">Says when a failure happened.</param>
/// <param name="limit">The failure at which the host gives up.</param>
internal sealed class RestartPolicy(TimeProvider clock, int limit = RestartPolicy.DefaultLimit)
{
    /// <summary>The real host's limit.</summary>
    public const int DefaultLimit = 3;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly Queue<DateTimeOffset> _failures = new();

    /// <summary>
    /// Counts a failure. Returns how long to wait before the next start, or null when there is to be none.
    /// </summary>
    public TimeSpan? Fail()
    {
        var now = clock.GetUtcNow();
        while (_failures.TryPeek(out var oldest) && now - oldest >= Window)
        {
            _failures.Dequeue();
        }

        _failures.Enqueue(now);
        if (_failures.Count >= limit)
        {
            return null;
        }

        var pause = FirstPause * Math.Pow(4, Math.Min(_failures.Count - 1, 10));
        return pause < LongestPause ? pause : LongestPause;
    }
}
