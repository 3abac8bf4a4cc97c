using Polly;

namespace IntegrationHub.Connectors.Http;

/// <summary>
/// Sends each request through the connector's pipeline. Bodies are kept in memory on both ways, so that a request can be sent again and
/// the time limits hold for the whole answer.
/// </summary>
/// <param name="pipeline">The connector's one pipeline, from <see cref="HttpResilience.Build"/>.</param>
/// <param name="clock">The clock the pipeline was built with.</param>
public sealed class ResilienceHandler(ResiliencePipeline<HttpResponseMessage> pipeline, TimeProvider clock) : DelegatingHandler
{
    /// <summary>
    /// The key of the request option (a bool) that says whether a request may be sent twice; for <c>[Property]</c> in a client's interface. Where
    /// it is not set, GET, HEAD, OPTIONS, PUT and DELETE may, POST and PATCH may not.
    /// </summary>
    public const string Idempotent = "IntegrationHub.Idempotent";

    private static readonly HttpRequestOptionsKey<bool> IdempotentOption = new(Idempotent);
    private static readonly ResiliencePropertyKey<bool> Repeatable = new("IntegrationHub.Repeatable");
    private static readonly ResiliencePropertyKey<long> Started = new("IntegrationHub.Started");

    /// <summary>Says whether the request of a call may be sent again.</summary>
    internal static bool MayRepeat(ResilienceContext context) => context.Properties.GetValue(Repeatable, false);

    /// <summary>Measures how long a call has been under way.</summary>
    internal static TimeSpan Elapsed(ResilienceContext context, TimeProvider clock) => clock.GetElapsedTime(context.Properties.GetValue(Started, 0L));

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Content is not null)
        {
            await request.Content.LoadIntoBufferAsync(cancellationToken);
        }

        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            context.Properties.Set(Repeatable, MayRepeat(request));
            context.Properties.Set(Started, clock.GetTimestamp());
            return await pipeline.ExecuteAsync(
                async (attempt, sent) => await TryAsync(sent, attempt.CancellationToken), context, request);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static bool MayRepeat(HttpRequestMessage request) => request.Options.TryGetValue(IdempotentOption, out var marked)
        ? marked
        : request.Method != HttpMethod.Post && request.Method != HttpMethod.Patch;

    private async Task<HttpResponseMessage> TryAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        try
        {
            await answer.Content.LoadIntoBufferAsync(cancellationToken);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }
}
