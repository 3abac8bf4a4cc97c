using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>What is sent to sign in. Pure but for the key's signature.</summary>
internal static class SalesforceSignIn
{
    /// <summary>How long an assertion holds: Salesforce wants about three minutes.</summary>
    private static readonly TimeSpan AssertionHolds = TimeSpan.FromMinutes(3);

    /// <summary>The form: a signed assertion where there is a key, else the client's credentials.</summary>
    public static IReadOnlyDictionary<string, string> Form(SalesforceOptions options, DateTimeOffset now) => options.PrivateKey is { } key
        ? new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:jwt-bearer",
            ["assertion"] = Assertion(options, key, now),
        }
        : new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = options.ClientId,
            ["client_secret"] = options.ClientSecret!,
        };

    private static string Assertion(SalesforceOptions options, string key, DateTimeOffset now)
    {
        var claims = new Dictionary<string, object>
        {
            ["iss"] = options.ClientId,
            ["sub"] = options.Username!,
            ["aud"] = options.Audience,
            ["exp"] = (now + AssertionHolds).ToUnixTimeSeconds(),
        };
        var signed = $"{Part("""{"alg":"RS256"}"""u8)}.{Part(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        using var rsa = RSA.Create();
        rsa.ImportFromPem(key);
        return $"{signed}.{Part(rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Part(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
