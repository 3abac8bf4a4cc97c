using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Marketo;

/// <summary>Who may call, and how often.</summary>
internal sealed class MarketoAccess(MarketoOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private string _token = "";
    private DateTimeOffset _until;
    private int _used;

    /// <summary>Ends the access token, as its time would.</summary>
    public void Expire()
    {
        lock (_lock)
        {
            _until = default;
        }
    }

    /// <summary>Answers a token request: the present token with the seconds that it has left, or a new one.</summary>
    public IResult Token(string? clientId, string? clientSecret)
    {
        if (clientId != options.ClientId || clientSecret != options.ClientSecret)
        {
            return TypedResults.Json(new { error = "unauthorized", error_description = "No client with requested id" }, statusCode: 401);
        }

        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (now >= _until)
            {
                (_token, _until) = ($"{Guid.NewGuid()}:int", now + options.TokenLifetime);
            }

            return TypedResults.Json(new JsonObject
            {
                ["access_token"] = _token, ["token_type"] = "bearer", ["expires_in"] = (int)(_until - now).TotalSeconds,
                ["scope"] = "apis@acme.example",
            });
        }
    }

    /// <summary>Lets a call pass, or says why not.</summary>
    public IResult? Refusal(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        lock (_lock)
        {
            return authorization != $"Bearer {_token}" ? MarketoErrors.Of("601", "Access token invalid")
                : time.GetUtcNow() >= _until ? MarketoErrors.Of("602", "Access token expired")
                : ++_used > options.DailyCalls ? MarketoErrors.Of("607", "Daily quota reached")
                : null;
        }
    }
}
