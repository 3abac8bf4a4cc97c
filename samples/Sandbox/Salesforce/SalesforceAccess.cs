using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>Who may call, and how often.</summary>
internal sealed class SalesforceAccess(SalesforceOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _sessions = new();
    private int _used;

    /// <summary>Gets the requests made so far.</summary>
    public int Used => Volatile.Read(ref _used);

    public void Expire() => _sessions.Clear();

    /// <summary>Answers a token request.</summary>
    /// <param name="instance">The base address of the API.</param>
    public IResult Token(IFormCollection form, string instance, string userId)
    {
        var refusal = form["grant_type"].ToString() switch
        {
            "client_credentials" => form["client_id"] == options.ClientId && form["client_secret"] == options.ClientSecret ? null : "invalid_client",
            "urn:ietf:params:oauth:grant-type:jwt-bearer" => IsGenuine(form["assertion"].ToString()) ? null : "invalid_grant",
            _ => "unsupported_grant_type",
        };
        if (refusal is not null)
        {
            return TypedResults.Json(new { error = refusal, error_description = "authentication failure" }, statusCode: 400);
        }

        var now = time.GetUtcNow();
        var token = $"{options.OrganizationId}!{Guid.NewGuid():N}";
        _sessions[token] = now + options.SessionTimeout;
        return TypedResults.Json(new
        {
            access_token = token,
            signature = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token))),
            scope = "api",
            instance_url = instance,
            id = $"{instance}/id/{options.OrganizationId}/{userId}",
            token_type = "Bearer",
            issued_at = $"{now.ToUnixTimeMilliseconds()}",
        });
    }

    /// <summary>Lets a call pass, or says why not; counts it and writes the limit header.</summary>
    public SalesforceException? Refusal(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        var token = authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization[7..].Trim() : "";
        if (!_sessions.TryGetValue(token, out var until) || until <= time.GetUtcNow())
        {
            return new(401, "INVALID_SESSION_ID", "Session expired or invalid");
        }

        var used = Interlocked.Increment(ref _used);
        context.Response.Headers["Sforce-Limit-Info"] = $"api-usage={used}/{options.DailyRequests}";
        return used > options.DailyRequests ? new(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.") : null;
    }

    private bool IsGenuine(string assertion)
    {
        var parts = assertion.Split('.');
        try
        {
            return parts.Length == 3 && IsFresh(Claims(parts[0]), Claims(parts[1])) && IsSigned(parts);
        }
        catch (Exception unreadable) when (unreadable is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }

    private bool IsFresh(JsonElement header, JsonElement claims) =>
        header.GetProperty("alg").GetString() == "RS256"
        && claims.GetProperty("iss").GetString() == options.ClientId
        && !string.IsNullOrEmpty(claims.GetProperty("sub").GetString())
        && claims.TryGetProperty("aud", out _)
        && DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64()) > time.GetUtcNow();

    private bool IsSigned(string[] parts)
    {
        if (options.JwtPublicKey is null)
        {
            return parts[2].Length > 0;
        }

        using var key = RSA.Create();
        key.ImportFromPem(options.JwtPublicKey);
        return key.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static JsonElement Claims(string part) => JsonSerializer.Deserialize<JsonElement>(Base64Url.DecodeFromChars(part));
}
