using System.Net;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;

namespace IntegrationHub.Connectors.Http;

/// <summary>Builds the resilience pipeline between a connector and its vendor. All clients
/// of a connector share one.</summary>
public static class HttpResilience
{
    /// <summary>The request option (a bool) that says whether a request may be repeated. Use it with <c>[Property]</c>
    /// in a client's interface. Without it POST and PATCH are not repeated; other methods are.</summary>
    public const string Idempotent = "IntegrationHub.Idempotent";

    /// <summary>The request option that says that the vendor was asked at least once.</summary>
    internal static readonly HttpRequestOptionsKey<bool> Asked = new("IntegrationHub.Asked");

    private static readonly HttpRequestOptionsKey<bool> IdempotentOption = new(Idempotent);
    private static readonly ResiliencePropertyKey<long> Started = new("IntegrationHub.Started");

    /// <summary>Builds a pipeline. From the outside in: total timeout, concurrency, retry, circuit
    /// breaker, attempt timeout.</summary>
    public static ResiliencePipeline<HttpResponseMessage> Build(ResilienceOptions options, TimeProvider clock)
    {
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
            .AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = args => Start(args.Context, options, clock) })
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

    /// <summary>Whether the vendor may answer better later: 408, 429, and 5xx except 501.</summary>
    public static bool IsTransient(HttpStatusCode status) => status switch
    {
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => true,
        HttpStatusCode.NotImplemented => false,
        _ => (int)status >= 500,
    };

    /// <summary>Returns the total timeout and records the start. Polly calls the outermost
    /// generator once for each call.</summary>
    private static ValueTask<TimeSpan> Start(ResilienceContext context, ResilienceOptions options, TimeProvider clock)
    {
        context.Properties.Set(Started, clock.GetTimestamp());
        return ValueTask.FromResult(options.TotalTimeout);
    }

    private static bool MayRepeat(HttpRequestMessage request) => request.Options.TryGetValue(IdempotentOption, out var marked)
        ? marked
        : request.Method != HttpMethod.Post && request.Method != HttpMethod.Patch;

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
                IsTransient(args.Outcome)
                    && MayRepeat(args.Context.GetRequestMessage()!)
                    && IsWorthWaitingFor(args.Context, args.Outcome.Result)),
            DelayGenerator = args => ValueTask.FromResult(RetryAfter.Of(args.Outcome.Result?.Headers, clock)),
        };

        // A vendor that asks for more time than is left gets it: the call fails now, and the queue repeats it later.
        bool IsWorthWaitingFor(ResilienceContext context, HttpResponseMessage? answer) =>
            RetryAfter.Of(answer?.Headers, clock) is not { } wait
            || wait < options.TotalTimeout - clock.GetElapsedTime(context.Properties.GetValue(Started, 0L));
    }

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } } => false,
        { Exception: HttpRequestException or TimeoutRejectedException } => true,
        { Result: { } answer } => IsTransient(answer.StatusCode),
        _ => false,
    };
}
