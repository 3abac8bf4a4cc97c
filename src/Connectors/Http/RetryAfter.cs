using System.Net.Http.Headers;

namespace IntegrationHub.Connectors.Http;

/// <summary>Reads <c>Retry-After</c>.</summary>
internal static class RetryAfter
{
    /// <summary>Reads the header as seconds or as a date. A past date is zero. Returns null when
    /// the vendor does not say.</summary>
    public static TimeSpan? Of(HttpResponseHeaders? headers, TimeProvider clock) => headers?.RetryAfter switch
    {
        { Delta: { } wait } => wait,
        { Date: { } date } when date > clock.GetUtcNow() => date - clock.GetUtcNow(),
        { Date: not null } => TimeSpan.Zero,
        _ => null,
    };
}
