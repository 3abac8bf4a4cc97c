using System.Globalization;

namespace IntegrationHub.Sandbox.Pipedrive;

/// <summary>Who may call, and how often.</summary>
internal sealed class PipedriveAccess(PipedriveOptions options, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Queue<DateTimeOffset> _recent = new();
    private int _left = options.DailyTokens;

    /// <summary>Lets a call pass, or says why not; writes the limits' headers.</summary>
    public IResult? Refusal(HttpContext context)
    {
        if (context.Request.Query.ContainsKey("api_token"))
        {
            return PipedriveErrors.Of(400, "a token must not stand in the address");
        }

        if (context.Request.Headers["x-api-token"] != options.ApiToken)
        {
            return PipedriveErrors.Of(401, "unauthorized access");
        }

        lock (_lock)
        {
            var now = time.GetUtcNow();
            while (_recent.TryPeek(out var first) && first <= now - Window)
            {
                _recent.Dequeue();
            }

            _left -= context.Request.Method == "GET" ? 10 : 5;
            var headers = context.Response.Headers;
            headers["x-ratelimit-limit"] = options.Burst.ToString(CultureInfo.InvariantCulture);
            headers["x-ratelimit-remaining"] = Math.Max(0, options.Burst - _recent.Count - 1).ToString(CultureInfo.InvariantCulture);
            headers["x-ratelimit-reset"] = Window.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            headers["x-daily-ratelimit-token-remaining"] = Math.Max(0, _left).ToString(CultureInfo.InvariantCulture);
            if (_left < 0 || _recent.Count >= options.Burst)
            {
                return PipedriveErrors.Of(429, "request over limit");
            }

            _recent.Enqueue(now);
            return null;
        }
    }
}
