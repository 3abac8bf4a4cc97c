using System.ComponentModel.DataAnnotations;

namespace IntegrationHub.Connectors.Http;

/// <summary>
/// How patient a connector is with its vendor. The defaults are three tries inside 10 seconds, so that a handler ends well before its
/// message's lock does; what takes longer is the queue's to retry.
/// </summary>
public sealed class ResilienceOptions
{
    /// <summary>Gets how long one call may take in all: waiting for its turn, tries and the pauses between them. Default: 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:02:00")]
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets how long one try may take, reading the answer included. Default: 4 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:02:00")]
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Gets how often a call is tried in all; 1 is never again. Default: 3.</summary>
    [Range(1, 10)]
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Gets the middle of the first pause, which doubles from try to try and is spread at random. Default: 200 milliseconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:30")]
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Gets the longest pause that is ours to choose; a vendor's own <c>Retry-After</c> may be longer. Default: 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Gets how many calls run at once; the next waits for its turn. Default: 8.</summary>
    [Range(1, 1000)]
    public int MaxConcurrency { get; init; } = 8;

    /// <summary>Gets the share of failed tries that opens the circuit; at exactly this share it opens. Default: one half.</summary>
    [Range(0.01, 1.0)]
    public double CircuitFailureRatio { get; init; } = 0.5;

    /// <summary>Gets how many tries there must be within <see cref="CircuitWindow"/> before the circuit may open. Default: 10.</summary>
    [Range(2, 10_000)]
    public int CircuitMinimumTries { get; init; } = 10;

    /// <summary>Gets over how long the share is taken. Default: 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan CircuitWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets how long an open circuit refuses calls before it lets one through to see. Default: 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan CircuitBreak { get; init; } = TimeSpan.FromSeconds(15);
}
