using System.Collections.Concurrent;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Platform.Telemetry;
using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;

namespace IntegrationHub.Functions.Platform.Outward;

/// <summary>Keeps a broken or slow connector from holding up the others. Each has some places for deliveries and a
/// circuit of its own. What finds no place, or an open circuit, gets a turn later: messages that wait come back one
/// after another. It also notes whether a connector was reached.</summary>
internal sealed class ConnectorGate(ConnectorSet connectors, ConnectorStateStore states, HubMetrics metrics, TimeProvider clock)
{
    /// <summary>Deliveries to a connector at once: as many as it may have calls.</summary>
    public const int AtOnce = 8;

    /// <summary>Deliveries that wait for a place. With those at work they leave a quarter of the messages in hand to
    /// the other connectors.</summary>
    public const int InLine = 16;

    /// <summary>The pause of a connector whose circuit opens. It doubles each time that the connector is tried in
    /// vain.</summary>
    internal static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause of a connector. A message waits for its turn after that.</summary>
    internal static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>The time between two messages that come back, until it is known how fast deliveries end.</summary>
    private static readonly TimeSpan FirstSpacing = TimeSpan.FromMilliseconds(50);

    private const int FewestTries = 10;
    private const double FailureRatio = 0.5;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30), BusyPause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    /// <summary>Runs a delivery to a connector, and notes whether it was reached.</summary>
    /// <exception cref="ConnectorPausedException">The connector does not answer, or has enough in hand.</exception>
    public Task<T> DeliverAsync<T>(string connector, Func<Task<T>> delivery, CancellationToken cancellationToken) =>
        PassAsync(connector, () => NoteAsync(connector, delivery), cancellationToken);

    /// <summary>Runs other calls to a connector.</summary>
    /// <exception cref="ConnectorPausedException">The connector does not answer, or has enough in hand.</exception>
    public async Task<T> PassAsync<T>(string connector, Func<Task<T>> calls, CancellationToken cancellationToken)
    {
        var lane = _lanes.GetOrAdd(connector, _ => new(Build()));
        try
        {
            return await lane.Pipeline.ExecuteAsync(async _ => await RunAsync(lane, calls), cancellationToken);
        }
        catch (BrokenCircuitException open)
        {
            throw Paused(connector, lane, open.RetryAfter ?? BusyPause);
        }
        catch (RateLimiterRejectedException)
        {
            lane.IsFull(clock.GetUtcNow());
            throw Paused(connector, lane, BusyPause);
        }
        catch (VendorUnavailableException open) when (open.CircuitIsOpen)
        {
            throw Paused(connector, lane, open.RetryAfter ?? BusyPause);
        }
    }

    private async Task<T> RunAsync<T>(Lane lane, Func<Task<T>> calls)
    {
        try
        {
            return await calls();
        }
        finally
        {
            lane.Ended(clock.GetUtcNow());
        }
    }

    private async Task<T> NoteAsync<T>(string connector, Func<Task<T>> delivery)
    {
        try
        {
            var result = await delivery();
            states.Reached(connector);
            return result;
        }
        catch (AmbiguousMatchException)
        {
            states.Reached(connector);
            throw;
        }
        catch (VendorException failure) when (failure is not VendorUnavailableException { CircuitIsOpen: true })
        {
            states.Failed(connector, failure);
            throw;
        }
    }

    private ConnectorPausedException Paused(string connector, Lane lane, TimeSpan wait)
    {
        metrics.Paused(connector);
        return new(connector, lane.TakeTurn(clock.GetUtcNow(), wait));
    }

    /// <summary>Builds the places, and inside them the circuit: what waited for a place does not try a connector that
    /// broke meanwhile. A connector that is the only one holds up nobody, so everything may wait in line.</summary>
    private ResiliencePipeline Build() => new ResiliencePipelineBuilder { Name = "connector", TimeProvider = clock }
        .AddConcurrencyLimiter(AtOnce, connectors.All.Count > 1 ? InLine : int.MaxValue)
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Exception is VendorException { MayPass: true }),
            FailureRatio = FailureRatio,
            MinimumThroughput = FewestTries,
            SamplingDuration = Window,
            BreakDurationGenerator = static args => ValueTask.FromResult(PauseAfter(args.HalfOpenAttempts)),
        })
        .Build();

    private static TimeSpan PauseAfter(int tries)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(tries, 10));
        return pause < LongestPause ? pause : LongestPause;
    }

    /// <summary>A connector's places, its circuit, and the line of messages that come back.</summary>
    private sealed class Lane(ResiliencePipeline pipeline)
    {
        /// <summary>The longest line. When it is full, another one begins beside it.</summary>
        private static readonly TimeSpan LongestLine = TimeSpan.FromMinutes(5);

        private static readonly TimeSpan FullFor = TimeSpan.FromSeconds(10), Shortest = TimeSpan.FromMilliseconds(10);

        private readonly Lock _lock = new();
        private TimeSpan _spacing = FirstSpacing;
        private DateTimeOffset _next, _fullUntil, _endedAt;

        public ResiliencePipeline Pipeline => pipeline;

        /// <summary>Notes that a message found no place.</summary>
        public void IsFull(DateTimeOffset now)
        {
            lock (_lock)
            {
                _fullUntil = now + FullFor;
            }
        }

        /// <summary>Notes that a delivery ended. While there is no place, messages come back as fast as deliveries
        /// end: a slow connector's wait long, and ask in vain once or twice.</summary>
        public void Ended(DateTimeOffset now)
        {
            lock (_lock)
            {
                if (now < _fullUntil)
                {
                    var gap = now - _endedAt;
                    gap = gap < Shortest ? Shortest : gap > BusyPause ? BusyPause : gap;
                    _spacing = (0.9 * _spacing) + (0.1 * gap);
                }

                _endedAt = now;
            }
        }

        /// <summary>Takes the next turn that is not before a wait is over.</summary>
        /// <returns>How long it is until then.</returns>
        public TimeSpan TakeTurn(DateTimeOffset now, TimeSpan wait)
        {
            lock (_lock)
            {
                var (first, turn) = (now + wait, _next + _spacing);
                _next = turn > first && turn < first + LongestLine ? turn : first;
                return _next - now;
            }
        }
    }
}
