using System.Security.Cryptography;
using System.Text;
using IntegrationHub.Connectors.Abstractions;

namespace IntegrationHub.Connectors.Settings;

/// <summary>What the checks of signed webhooks share.</summary>
internal static class SignedWebhook
{
    /// <summary>Returns the HMAC-SHA256 over parts in a row.</summary>
    public static byte[] HmacSha256(string secret, params ReadOnlySpan<ReadOnlyMemory<byte>> parts)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        foreach (var part in parts)
        {
            hmac.AppendData(part.Span);
        }

        return hmac.GetHashAndReset();
    }

    /// <summary>Whether one of the secrets made the signature. All are tried, so that the time does not tell
    /// which.</summary>
    /// <param name="sign">Returns the signature that a secret makes.</param>
    public static bool Matches(SigningSecrets secrets, Func<string, string> sign, string given) =>
        secrets.Find(secret => SharedSecret.Matches(sign(secret), given)) is not null;

    /// <summary>Returns the refusal of a text that cannot be a signature in hexadecimal digits; null when it may be
    /// right.</summary>
    public static DeliveryCheck? NotHex(string header, string? signature) =>
        signature?.Length == 2 * HMACSHA256.HashSizeInBytes && signature.All(char.IsAsciiHexDigit) ? null : NotASignature(header);

    /// <summary>Returns the refusal of a text that cannot be a signature in Base64; null when it may be
    /// right.</summary>
    public static DeliveryCheck? NotBase64(string header, string? signature)
    {
        Span<byte> bytes = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return Convert.TryFromBase64String(signature ?? "", bytes, out var written) && written == bytes.Length
            ? null
            : NotASignature(header);
    }

    /// <summary>Checks the age of a genuine delivery; returns null when it is within the tolerance,
    /// inclusive.</summary>
    public static DeliveryCheck? Stale(DateTimeOffset sentAt, DateTimeOffset now, TimeSpan tolerance)
    {
        var age = now - sentAt;
        return age.Duration() <= tolerance
            ? null
            : DeliveryCheck.Refuse(
                DeliveryVerdict.Stale, $"signed more than {tolerance:c} {(age > TimeSpan.Zero ? "ago" : "in the future")}");
    }

    private static DeliveryCheck NotASignature(string header) =>
        DeliveryCheck.Refuse(DeliveryVerdict.Forged, $"{header} is missing or not a signature");
}
