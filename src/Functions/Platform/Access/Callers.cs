using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace IntegrationHub.Functions.Platform.Access;

/// <summary>Finds out who calls: by a key, or by what App Service Authentication says. A key that is shown counts
/// before a sign-in.</summary>
internal sealed class Callers(AccessOptions options)
{
    private const string KeyHeader = "x-functions-key";
    private const string KeyParameter = "code";

    /// <summary>Identifies the caller of a request.</summary>
    /// <returns><see cref="Caller.Nobody"/> without a key and a sign-in; null when what is shown is wrong.</returns>
    public Caller? Identify(HttpRequest request)
    {
        if (request.Headers.TryGetValue(KeyHeader, out var key))
        {
            return OfKey(key);
        }

        if (request.Query.TryGetValue(KeyParameter, out var code))
        {
            return options.KeyInUrl ? OfKey(code) : null;
        }

        return options.SignIn && request.Headers.TryGetValue(ClientPrincipal.Header, out var principal)
            ? ClientPrincipal.Read(principal.ToString())
            : Caller.Nobody;
    }

    /// <summary>Compares with every key, so that the time says nothing about them.</summary>
    private Caller? OfKey(string? shown)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(shown ?? ""));
        Caller? caller = null;
        foreach (var key in options.Keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, key.Hash))
            {
                caller = new($"key:{key.Name}", key.Roles, false);
            }
        }

        return caller;
    }
}
