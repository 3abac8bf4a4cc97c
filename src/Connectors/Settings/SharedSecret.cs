using System.Security.Cryptography;
using System.Text;

namespace IntegrationHub.Connectors.Settings;

/// <summary>Compares secrets and signatures in constant time.</summary>
public static class SharedSecret
{
    /// <summary>Whether two secrets are equal. An empty or missing one never matches.</summary>
    public static bool Matches(string? expected, string? given) =>
        !string.IsNullOrEmpty(expected) && !string.IsNullOrEmpty(given)
        && CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(expected)), SHA256.HashData(Encoding.UTF8.GetBytes(given)));
}
