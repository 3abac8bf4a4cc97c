using System.ComponentModel.DataAnnotations;

namespace IntegrationHub.Connectors.Http;

/// <summary>A connector's timeouts and retries. The defaults allow three attempts within 10 seconds, well below a
/// message's lock. The queue repeats longer calls.</summary>
public sealed class ResilienceOptions
{
    /// <summary>Gets the limit for one call with all its waits, attempts and pauses. Default: 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:02:00")]
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets the limit for one attempt, including reading the response. Default: 4 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:02:00")]
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Gets the most attempts; 1 disables retries. Default: 3.</summary>
    [Range(1, 10)]
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Gets the median of the first pause, which doubles with each attempt and has jitter.
    /// Default: 200 milliseconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:30")]
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Gets the longest pause that the hub chooses; the vendor's <c>Retry-After</c> may be
    /// longer. Default: 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Gets the most concurrent calls. Default: 8.</summary>
    [Range(1, 1000)]
    public int MaxConcurrency { get; init; } = 8;

    /// <summary>Gets the share of failed attempts that opens the circuit, inclusive. Default: one half.</summary>
    [Range(0.01, 1.0)]
    public double CircuitFailureRatio { get; init; } = 0.5;

    /// <summary>Gets the fewest attempts within <see cref="CircuitWindow"/> before the circuit
    /// may open. Default: 10.</summary>
    [Range(2, 10_000)]
    public int CircuitMinimumTries { get; init; } = 10;

    /// <summary>Gets the period over which the share is measured. Default: 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan CircuitWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets how long an open circuit refuses calls before it tries one. Default: 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan CircuitBreak { get; init; } = TimeSpan.FromSeconds(15);
}
