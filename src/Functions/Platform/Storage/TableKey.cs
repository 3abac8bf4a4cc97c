using System.Security.Cryptography;
using System.Text;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>Makes valid table keys from any text. The hash can be computed from a guess: personal data is hashed by
/// <see cref="Funnel.PersonKeys"/>.</summary>
internal static class TableKey
{
    private const int Length = 40;

    /// <summary>Returns the first 160 bits of the SHA-256 in lower-case hexadecimal.</summary>
    public static string Hash(string text) => Hash(Encoding.UTF8.GetBytes(text));

    /// <summary>Returns the first 160 bits of the SHA-256 in lower-case hexadecimal.</summary>
    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..Length];
}
