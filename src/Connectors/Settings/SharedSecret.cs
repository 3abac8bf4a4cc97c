using System.Security.Cryptography;
using System.Text;

namespace IntegrationHub.Connectors.Settings;

/// <summary>Compares secrets and signatures in a time that says nothing about where they differ.</summary>
public static class SharedSecret
{
    /// <summary>Whether what came is what was expected. Nothing expected or nothing come is never the same.</summary>
    public static bool Matches(string? expected, string? given) =>
        !string.IsNullOrEmpty(expected) && !string.IsNullOrEmpty(given)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(expected)), SHA256.HashData(Encoding.UTF8.GetBytes(given)));
}
