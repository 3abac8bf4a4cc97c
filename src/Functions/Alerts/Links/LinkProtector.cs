using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.DataProtection;

namespace IntegrationHub.Functions.Alerts.Links;

/// <summary>Encrypts links, so that only the hub can write them. A link holds its own expiry, so an expired one
/// differs from a forged one.</summary>
internal sealed class LinkProtector(IDataProtectionProvider protection)
{
    private const char Separator = '|';

    /// <summary>The longest token that is read.</summary>
    private const int Longest = 1_000;

    private readonly IDataProtector _protector = protection.CreateProtector("IntegrationHub.Alerts.Links");

    /// <summary>Returns a link as text for a path. Each call returns another text for the same link.</summary>
    public string Write(AlertLink link) => Base64Url.EncodeToString(_protector.Protect(Encode(link)));

    /// <summary>Returns a token's link, expired or not; null for a token that the hub did not write.</summary>
    /// <exception cref="Exception">The keys cannot be read, which says nothing about the token.</exception>
    public AlertLink? Read(string token)
    {
        if (token.Length is 0 or > Longest || !Base64Url.IsValid(token))
        {
            return null;
        }

        try
        {
            return Decode(_protector.Unprotect(Base64Url.DecodeFromChars(token)));
        }
        catch (Exception forged) when (forged is FormatException or CryptographicException { InnerException: null })
        {
            // An inner exception is a failure of the key ring, and is passed on.
            return null;
        }
    }

    /// <summary>Returns the link's id, the same for every text of it.</summary>
    public static string IdOf(AlertLink link) => Convert.ToHexStringLower(SHA256.HashData(Encode(link)))[..24];

    private static byte[] Encode(AlertLink link) =>
        Encoding.UTF8.GetBytes(string.Join(
            Separator,
            link.Purpose.ToString(),
            link.LeadId.Value,
            link.AlertId,
            link.ExpiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            link.RecipientGroup.ToString()));

    private static AlertLink Decode(byte[] said)
    {
        var parts = Encoding.UTF8.GetString(said).Split(Separator, 5);
        return new(
            Enum.Parse<LinkPurpose>(parts[0]),
            RecipientGroup.Parse(parts[4]),
            LeadId.Parse(parts[1]),
            parts[2],
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[3], CultureInfo.InvariantCulture)));
    }
}
