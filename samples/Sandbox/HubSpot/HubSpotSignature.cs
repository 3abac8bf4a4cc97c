using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>Signs a webhook request as HubSpot does.</summary>
public static partial class HubSpotSignature
{
    /// <summary>
    /// The v3 signature of a POST: over method, the public URL with some escapes decoded,
    /// the body's bytes and the timestamp.
    /// </summary>
    /// <param name="timestamp">Epoch milliseconds.</param>
    public static string Sign(string clientSecret, string publicUrl, ReadOnlySpan<byte> body, long timestamp)
    {
        byte[] signed =
        [
            .. Encoding.UTF8.GetBytes("POST" + Decode(publicUrl)),
            .. body,
            .. Encoding.UTF8.GetBytes(timestamp.ToString(CultureInfo.InvariantCulture)),
        ];
        return Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(clientSecret), signed));
    }

    /// <summary>The older v1 signature, which HubSpot still sends along.</summary>
    public static string SignV1(string clientSecret, ReadOnlySpan<byte> body) =>
        Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(clientSecret), .. body]));

    private static string Decode(string url) => DecodedEscape().Replace(url, match => Uri.UnescapeDataString(match.Value));

    /// <summary>The only escapes that are decoded: : / ? @ ! $ ' ( ) * , ;</summary>
    [GeneratedRegex("%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", RegexOptions.IgnoreCase)]
    private static partial Regex DecodedEscape();
}
