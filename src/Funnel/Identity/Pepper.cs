using System.Security.Cryptography;
using System.Text;

namespace IntegrationHub.Funnel;

/// <summary>A secret for hashes of personal data.</summary>
/// <param name="version">The name of the secret, which table keys begin with. Letters and digits.</param>
/// <param name="secret">The secret, at least <see cref="LeastBytes"/> long.</param>
public sealed class Pepper(string version, byte[] secret)
{
    /// <summary>The shortest secret in bytes: as long as the hash.</summary>
    public const int LeastBytes = 32;

    /// <summary>Gets the name of the secret.</summary>
    public string Version { get; } = version;

    /// <summary>Returns the HMAC-SHA256 of a text in lower-case hexadecimal.</summary>
    internal string Hash(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(text)));
}
