using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Links;

/// <summary>Signs links and reads them back. Pure.</summary>
public static class LinkToken
{
    private const char Separator = '|';
    private const char Mark = '.';

    /// <summary>The longest token that is looked at.</summary>
    private const int Longest = 1_000;

    /// <summary>The link as text that fits into a path: what it says, and the proof that the hub wrote it.</summary>
    public static string Write(AlertLink link, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(link);
        var said = Encoding.UTF8.GetBytes(string.Join(
            Separator, link.Purpose.ToString(), link.LeadId.Value, link.AlertId, link.ExpiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), link.RecipientGroup.ToString()));
        return $"{Base64Url.EncodeToString(said)}{Mark}{Base64Url.EncodeToString(HMACSHA256.HashData(key, said))}";
    }

    /// <summary>The link that a token stands for, expired or not; null for a token that the hub did not write. Takes a time that says nothing about where a forged one is wrong.</summary>
    public static AlertLink? Read(string token, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(token);
        var parts = token.Length > Longest ? [] : token.Split(Mark);
        return parts.Length == 2 && TryDecode(parts[0]) is { } said && TryDecode(parts[1]) is { } proof && CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, said), proof)
            ? Parse(Encoding.UTF8.GetString(said))
            : null;
    }

    /// <summary>What identifies the link, and shows nothing of it.</summary>
    public static string IdOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)))[..24];

    private static byte[]? TryDecode(string text)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        return Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, bytes, out var written) ? bytes[..written] : null;
    }

    private static AlertLink Parse(string said)
    {
        var parts = said.Split(Separator, 5);
        return new(Enum.Parse<LinkPurpose>(parts[0]), RecipientGroup.Parse(parts[4]), LeadId.Parse(parts[1]), parts[2], DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[3], CultureInfo.InvariantCulture)));
    }
}
