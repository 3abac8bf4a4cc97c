using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace IntegrationHub.Connectors.Pipedrive;

/// <summary>Says in <c>Retry-After</c> how long Pipedrive wants to be left alone, which it writes in ways of its own. It
/// belongs inside the resilience handler.</summary>
internal sealed class PipedriveLimits(TimeProvider clock) : DelegatingHandler
{
    private const string DailyLeft = "x-daily-ratelimit-token-remaining", BurstReset = "x-ratelimit-reset";

    /// <summary>How long callers are turned away who went on after a 429. Pipedrive does not say it.</summary>
    private static readonly TimeSpan Ban = TimeSpan.FromMinutes(5);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.Forbidden
            && answer.Content.Headers.ContentType?.MediaType?.Contains("html", StringComparison.OrdinalIgnoreCase) == true)
        {
            // A page of the gateway, not a matter of rights.
            answer.StatusCode = HttpStatusCode.TooManyRequests;
            answer.Headers.RetryAfter ??= new(Ban);
        }

        if (answer.StatusCode == HttpStatusCode.TooManyRequests && WaitOf(answer.Headers) is { } wait)
        {
            answer.Headers.RetryAfter = new(wait);
        }

        return answer;
    }

    /// <summary>Returns the wait; null when the vendor says it itself, or not at all. The tokens of a day come back at
    /// midnight.</summary>
    private TimeSpan? WaitOf(HttpResponseHeaders headers)
    {
        var now = clock.GetUtcNow();
        return NumberIn(headers, DailyLeft) <= 0 ? now.UtcDateTime.Date.AddDays(1) - now.UtcDateTime
            : headers.RetryAfter is not null ? null
            : NumberIn(headers, BurstReset) is { } seconds and >= 0 and <= 3_600 ? TimeSpan.FromSeconds(Math.Ceiling(seconds))
            : null;
    }

    private static double? NumberIn(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values)
            && double.TryParse(values.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number : null;
}
