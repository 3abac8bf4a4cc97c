using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Marketo;

/// <summary>Gives Marketo's refusals the HTTP status that they mean, because they come as 200 with a code in the body. It
/// belongs inside the resilience handler, which then renews tokens, repeats and waits as for any vendor.</summary>
internal sealed class MarketoRefusals(TimeProvider clock) : DelegatingHandler
{
    /// <summary>The period of the vendor's limit of calls.</summary>
    private static readonly TimeSpan RatePeriod = TimeSpan.FromSeconds(20);

    /// <summary>Returns the status that a code means.</summary>
    public static HttpStatusCode StatusOf(string code) => code switch
    {
        "601" or "602" => HttpStatusCode.Unauthorized,
        "603" => HttpStatusCode.Forbidden,
        "606" or "607" or "615" => HttpStatusCode.TooManyRequests,
        "500" or "502" or "604" or "608" or "611" or "614" or "713" or "719" => HttpStatusCode.ServiceUnavailable,
        "610" or "702" or "1004" or "1013" => HttpStatusCode.NotFound,
        _ => HttpStatusCode.BadRequest,
    };

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.OK
            && await CodeAsync(answer, cancellationToken) is { } code)
        {
            answer.StatusCode = StatusOf(code);
            answer.Headers.RetryAfter = code switch
            {
                "606" => new RetryConditionHeaderValue(RatePeriod),
                "607" => new RetryConditionHeaderValue(MarketoDay.EndAfter(clock.GetUtcNow()) - clock.GetUtcNow()),
                _ => null,
            };
        }

        return answer;
    }

    /// <summary>Returns the code of a refusal; null for an answer that succeeded or is not JSON.</summary>
    private static async Task<string?> CodeAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            using var body = WellFormed.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            return body.RootElement.Member("success").ValueKind == JsonValueKind.False
                ? body.RootElement.Items("errors").Select(error => error.Text("code")).FirstOrDefault() ?? "611"
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Holds back reads once the hub has made its share of a day's calls, which all integrations of an instance have in
/// common. Writes pass, so that an opt-out does not wait. Counted in each process.</summary>
internal sealed class MarketoBudget(int dailyCalls, TimeProvider clock) : DelegatingHandler
{
    private readonly Lock _lock = new();
    private DateTimeOffset _until;
    private int _made;

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (Count(now) <= dailyCalls || request.Method != HttpMethod.Get)
        {
            return base.SendAsync(request, cancellationToken);
        }

        var answer = new HttpResponseMessage(HttpStatusCode.TooManyRequests) { RequestMessage = request, Content = new StringContent("") };
        answer.Headers.RetryAfter = new RetryConditionHeaderValue(MarketoDay.EndAfter(now) - now);
        return Task.FromResult(answer);
    }

    private int Count(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (now >= _until)
            {
                (_until, _made) = (MarketoDay.EndAfter(now), 0);
            }

            return ++_made;
        }
    }
}

/// <summary>The day of Marketo's quota and the forms of its times.</summary>
internal static class MarketoDay
{
    /// <summary>Central standard time. The vendor does not say whether daylight saving counts; the later hour is safe.</summary>
    private static readonly TimeSpan Central = TimeSpan.FromHours(-6);

    /// <summary>Returns when the quota of a time's day ends.</summary>
    public static DateTimeOffset EndAfter(DateTimeOffset now) =>
        new DateTimeOffset(now.ToOffset(Central).Date, Central).AddDays(1).ToUniversalTime();

    /// <summary>Reads a time in any form of the vendor, such as <c>…Z</c>, <c>…+0000</c> and <c>…Z+0000</c>; null for another
    /// text.</summary>
    public static DateTimeOffset? Parse(string? text) =>
        JsonFields.IsoTime(text?.EndsWith("Z+0000", StringComparison.Ordinal) == true ? text[..^5] : text);

    /// <summary>Writes a time as the vendor takes it.</summary>
    public static string Write(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
