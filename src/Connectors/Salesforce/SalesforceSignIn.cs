using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Makes the sign-in form.</summary>
internal static class SalesforceSignIn
{
    /// <summary>The lifetime of an assertion; Salesforce recommends three minutes.</summary>
    private static readonly TimeSpan AssertionHolds = TimeSpan.FromMinutes(3);

    /// <summary>Returns a signed assertion when a key is set, else the client's credentials.</summary>
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
        using var rsa = RSA.Create();
        rsa.ImportFromPem(key);

        // Without the cache, which would keep the key after its disposal.
        var credentials = new SigningCredentials(new RsaSecurityKey(rsa), SecurityAlgorithms.RsaSha256)
        {
            CryptoProviderFactory = new() { CacheSignatureProviders = false },
        };
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = options.ClientId,
            Audience = options.Audience,
            Claims = new Dictionary<string, object> { ["sub"] = options.Username! },
            Expires = (now + AssertionHolds).UtcDateTime,
            SigningCredentials = credentials,
        });
    }
}
