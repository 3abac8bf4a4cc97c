using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>Checks HubSpot's webhook signature version 3. Versions 1 and 2 are rejected because they are plain hashes
/// without a timestamp. Pure.</summary>
public static class HubSpotSignature
{
    /// <summary>The header with the signature.</summary>
    public const string SignatureHeader = "X-HubSpot-Signature-v3";

    /// <summary>The header with the time of sending, in milliseconds since 1970.</summary>
    public const string TimestampHeader = "X-HubSpot-Request-Timestamp";

    /// <summary>The largest difference between the time of sending and now, inclusive, in either direction.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private static readonly (string Escaped, string Plain)[] Unescaped =
    [
        ("%3A", ":"), ("%2F", "/"), ("%3F", "?"), ("%40", "@"), ("%21", "!"), ("%24", "$"),
        ("%27", "'"), ("%28", "("), ("%29", ")"), ("%2A", "*"), ("%2C", ","), ("%3B", ";"),
    ];

    /// <summary>Checks a delivery; returns null when it is genuine and fresh, else the refusal.</summary>
    /// <param name="secret">The app's client secret.</param>
    /// <param name="delivery">The delivery. Its public URL is part of the signed text.</param>
    public static DeliveryCheck? Refusal(string secret, Delivery delivery, DateTimeOffset now)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(secret);
        if (HeadRefusal(delivery, out var sentAt) is { } refusal)
        {
            return refusal;
        }

        if (delivery.PublicUrl is not { } url)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Forged, "the signed URL is not known: set Hub:PublicUrl");
        }

        // As it was written: Uri.AbsoluteUri would undo escapes that HubSpot signed.
        var signature = Sign(secret, delivery.Method, url.OriginalString, delivery.Body.Span, delivery.Header(TimestampHeader)!);
        return SharedSecret.Matches(signature, delivery.Header(SignatureHeader))
            ? AgeRefusal(sentAt, now)
            : DeliveryCheck.Refuse(DeliveryVerdict.Forged, "the signature does not match");
    }

    /// <summary>Checks what shows without the body; returns null when the signature may be right.</summary>
    public static DeliveryCheck? Precheck(Delivery head, DateTimeOffset now) =>
        HeadRefusal(head, out var sentAt)
        ?? SignedWebhook.NotBase64(SignatureHeader, head.Header(SignatureHeader))
        ?? AgeRefusal(sentAt, now);

    private static DeliveryCheck? HeadRefusal(Delivery delivery, out long sentAt)
    {
        sentAt = 0;
        if (delivery.Header(SignatureHeader) is null || delivery.Header(TimestampHeader) is not { } timestamp)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Forged, $"{SignatureHeader} or {TimestampHeader} is missing");
        }

        return long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out sentAt)
            ? null
            : DeliveryCheck.Refuse(DeliveryVerdict.Forged, $"{TimestampHeader} is not a time in milliseconds");
    }

    private static DeliveryCheck? AgeRefusal(long sentAt, DateTimeOffset now)
    {
        var age = (decimal)now.ToUnixTimeMilliseconds() - sentAt;
        return Math.Abs(age) > (decimal)Tolerance.TotalMilliseconds
            ? DeliveryCheck.Refuse(
                DeliveryVerdict.Stale, age > 0 ? "signed more than 5 minutes ago" : "signed more than 5 minutes in the future")
            : null;
    }

    /// <summary>Returns HubSpot's signature: base64 of the HMAC-SHA256 over method, URL with a dozen escapes
    /// undone, body and timestamp.</summary>
    public static string Sign(string secret, string method, string url, ReadOnlySpan<byte> body, string timestamp)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes(method + Unescape(url)));
        hmac.AppendData(body);
        hmac.AppendData(Encoding.UTF8.GetBytes(timestamp));
        return Convert.ToBase64String(hmac.GetHashAndReset());
    }

    private static string Unescape(string url) =>
        Unescaped.Aggregate(url, (text, pair) => text.Replace(pair.Escaped, pair.Plain, StringComparison.OrdinalIgnoreCase));
}
