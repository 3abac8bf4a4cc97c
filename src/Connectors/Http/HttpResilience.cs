using System.Net;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace IntegrationHub.Connectors.Http;

/// <summary>Builds what stands between a connector and its vendor: one pipeline for each connector instance, shared by all its clients.</summary>
public static class HttpResilience
{
    /// <summary>Builds a pipeline, outermost first: total time, concurrency, retry, circuit, time of one try.</summary>
    /// <param name="options">How patient it is.</param>
    /// <param name="clock">Measures every time in it.</param>
    /// <returns>The pipeline, for <see cref="ResilienceHandler"/>.</returns>
    public static ResiliencePipeline<HttpResponseMessage> Build(ResilienceOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);

        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
            .AddTimeout(options.TotalTimeout)
            .AddStrategy(_ => new ConcurrencyStrategy(options.MaxConcurrency), new ConcurrencyStrategyOptions());

        if (options.MaxAttempts > 1)
        {
            builder.AddRetry(Retry(options, clock));
        }

        return builder
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
            {
                FailureRatio = options.CircuitFailureRatio,
                MinimumThroughput = options.CircuitMinimumTries,
                SamplingDuration = options.CircuitWindow,
                BreakDuration = options.CircuitBreak,
                ShouldHandle = static args => ValueTask.FromResult(IsTransient(args.Outcome)),
            })
            .AddTimeout(options.AttemptTimeout)
            .Build();
    }

    /// <summary>Says whether the vendor may answer better another time.</summary>
    /// <param name="status">What it answered.</param>
    /// <returns>True for 408, 429 and 5xx except 501.</returns>
    public static bool IsTransient(HttpStatusCode status) => status switch
    {
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => true,
        HttpStatusCode.NotImplemented => false,
        _ => (int)status >= 500,
    };

    private static RetryStrategyOptions<HttpResponseMessage> Retry(ResilienceOptions options, TimeProvider clock)
    {
        return new()
        {
            MaxRetryAttempts = options.MaxAttempts - 1,
            Delay = options.RetryDelay,
            MaxDelay = options.MaxRetryDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = args => ValueTask.FromResult(
                ResilienceHandler.MayRepeat(args.Context) && IsTransient(args.Outcome) && IsWorthWaitingFor(args.Context, args.Outcome.Result)),
            DelayGenerator = args => ValueTask.FromResult(RetryAfter.Of(args.Outcome.Result?.Headers, clock)),
        };

        // A vendor that asks for more time than is left gets it: the answer goes back at once, and the queue comes again later.
        bool IsWorthWaitingFor(ResilienceContext context, HttpResponseMessage? answer) =>
            RetryAfter.Of(answer?.Headers, clock) is not { } wait || wait < options.TotalTimeout - ResilienceHandler.Elapsed(context, clock);
    }

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException or TimeoutRejectedException } => true,
        { Result: { } answer } => IsTransient(answer.StatusCode),
        _ => false,
    };
}
