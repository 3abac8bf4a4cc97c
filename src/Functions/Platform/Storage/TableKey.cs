using System.Security.Cryptography;
using System.Text;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>Table keys made of anything: a hash has no character that a key must not have, and shows nobody's address.</summary>
internal static class TableKey
{
    private const int Length = 40;

    /// <summary>The first 160 bits of the SHA-256, in lower-case hexadecimal.</summary>
    public static string Hash(string text) => Hash(Encoding.UTF8.GetBytes(text));

    /// <summary>The first 160 bits of the SHA-256, in lower-case hexadecimal.</summary>
    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..Length];
}
