using System.Collections.Concurrent;
using System.Globalization;

namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>Who may call, and how often.</summary>
internal sealed class HubSpotAccess(HubSpotOptions options, TimeProvider time)
{
    private const int UsualLimit = 190;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _tokens = new();
    private readonly Lock _lock = new();
    private DateTimeOffset _intervalEnds;
    private int _used;

    public void Expire() => _tokens.Clear();

    /// <summary>Answers a token request.</summary>
    public IResult Token(IFormCollection form)
    {
        if (form["client_id"] != options.ClientId || form["client_secret"] != options.ClientSecret)
        {
            return Refused("BAD_CLIENT_ID", "missing or unknown client id");
        }

        var known = form["grant_type"].ToString() switch
        {
            "refresh_token" => form["refresh_token"] == options.RefreshToken,
            "authorization_code" => !string.IsNullOrEmpty(form["code"]) && !string.IsNullOrEmpty(form["redirect_uri"]),
            _ => (bool?)null,
        };
        switch (known)
        {
            case null:
                return Refused("BAD_GRANT_TYPE", "missing or unknown grant type");
            case false:
                return Refused("BAD_REFRESH_TOKEN", "missing or invalid refresh token");
            default:
                var token = $"access-{Guid.NewGuid():N}";
                _tokens[token] = time.GetUtcNow() + options.AccessTokenLifetime;
                return TypedResults.Json(new
                {
                    token_type = "bearer",
                    access_token = token,
                    refresh_token = options.RefreshToken,
                    expires_in = (int)options.AccessTokenLifetime.TotalSeconds,
                });
        }
    }

    /// <summary>Lets a call pass, or says why not.</summary>
    public HubSpotException? Refusal(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        var token = authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization[7..].Trim() : "";
        if (token == options.PrivateAppToken)
        {
            return null;
        }

        if (!_tokens.TryGetValue(token, out var until))
        {
            return new(401, "INVALID_AUTHENTICATION", "Authentication credentials not found. This API supports OAuth 2.0 authentication.");
        }

        return until > time.GetUtcNow() ? null : new(401, "EXPIRED_AUTHENTICATION", "The OAuth token used to make this call expired.");
    }

    /// <summary>Counts a call and writes the rate headers; false when it is one too many.</summary>
    public bool IsWithinLimit(HttpContext context)
    {
        int remaining;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (now >= _intervalEnds)
            {
                (_intervalEnds, _used) = (now + Interval, 0);
            }

            remaining = (options.RateLimit ?? UsualLimit) - ++_used;
        }

        var headers = context.Response.Headers;
        headers["X-HubSpot-RateLimit-Interval-Milliseconds"] = "10000";
        headers["X-HubSpot-RateLimit-Max"] = (options.RateLimit ?? UsualLimit).ToString(CultureInfo.InvariantCulture);
        headers["X-HubSpot-RateLimit-Remaining"] = Math.Max(0, remaining).ToString(CultureInfo.InvariantCulture);
        return options.RateLimit is null || remaining >= 0;
    }

    private static IResult Refused(string status, string message) => TypedResults.Json(new { status, message, correlationId = Guid.NewGuid() }, statusCode: 400);
}
