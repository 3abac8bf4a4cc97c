using System.Net;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;

namespace IntegrationHub.Connectors.Http;

/// <summary>Builds what stands between a connector and its vendor: one pipeline for each connector instance, shared by all its clients.</summary>
public static class HttpResilience
{
    /// <summary>
    /// The key of the request option (a bool) that says whether a request may be sent twice; for <c>[Property]</c> in a client's interface. Where
    /// it is not set, GET, HEAD, OPTIONS, PUT and DELETE may, POST and PATCH may not.
    /// </summary>
    public const string Idempotent = "IntegrationHub.Idempotent";

    private static readonly HttpRequestOptionsKey<bool> IdempotentOption = new(Idempotent);
    private static readonly ResiliencePropertyKey<long> Started = new("IntegrationHub.Started");

    /// <summary>Builds a pipeline, outermost first: total time, concurrency, retry, circuit, time of one try.</summary>
    /// <param name="options">How patient it is.</param>
    /// <param name="clock">Measures every time in it.</param>
    /// <returns>The pipeline, for the package's <see cref="ResilienceHandler"/> around a <see cref="BufferingHandler"/>.</returns>
    public static ResiliencePipeline<HttpResponseMessage> Build(ResilienceOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);

        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
            .AddTimeout(new TimeoutStrategyOptions { Timeout = options.TotalTimeout, TimeoutGenerator = args => Start(args.Context, options, clock) })
            .AddConcurrencyLimiter(options.MaxConcurrency, int.MaxValue);

        if (options.MaxAttempts > 1)
        {
            builder.AddRetry(Retry(options, clock));
        }

        return builder
            .AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
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

    /// <summary>The outermost strategy is asked for its time when a call begins, and so notes when that was.</summary>
    private static ValueTask<TimeSpan> Start(ResilienceContext context, ResilienceOptions options, TimeProvider clock)
    {
        context.Properties.Set(Started, clock.GetTimestamp());
        return ValueTask.FromResult(options.TotalTimeout);
    }

    private static bool MayRepeat(HttpRequestMessage? request) => request is not null
        && (request.Options.TryGetValue(IdempotentOption, out var marked) ? marked : request.Method != HttpMethod.Post && request.Method != HttpMethod.Patch);

    private static HttpRetryStrategyOptions Retry(ResilienceOptions options, TimeProvider clock)
    {
        return new()
        {
            MaxRetryAttempts = options.MaxAttempts - 1,
            Delay = options.RetryDelay,
            MaxDelay = options.MaxRetryDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = args => ValueTask.FromResult(
                MayRepeat(args.Context.GetRequestMessage()) && IsTransient(args.Outcome) && IsWorthWaitingFor(args.Context, args.Outcome.Result)),
            DelayGenerator = args => ValueTask.FromResult(RetryAfter.Of(args.Outcome.Result?.Headers, clock)),
        };

        // A vendor that asks for more time than is left gets it: the answer goes back at once, and the queue comes again later.
        bool IsWorthWaitingFor(ResilienceContext context, HttpResponseMessage? answer) =>
            RetryAfter.Of(answer?.Headers, clock) is not { } wait || wait < options.TotalTimeout - clock.GetElapsedTime(context.Properties.GetValue(Started, 0L));
    }

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException or TimeoutRejectedException } => true,
        { Result: { } answer } => IsTransient(answer.StatusCode),
        _ => false,
    };
}
