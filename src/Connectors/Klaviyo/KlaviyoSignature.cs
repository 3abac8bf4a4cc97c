using System.Globalization;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;

namespace IntegrationHub.Connectors.Klaviyo;

/// <summary>Checks the signature of Klaviyo's system webhooks. Pure.</summary>
internal static class KlaviyoSignature
{
    /// <summary>The header with the signature, 64 hexadecimal digits.</summary>
    public const string SignatureHeader = "Klaviyo-Signature";

    /// <summary>The header with the time of sending, an HTTP date. It is signed as it is written.</summary>
    public const string TimestampHeader = "Klaviyo-Timestamp";

    /// <summary>The header with the id of the webhook, which the body repeats.</summary>
    public const string WebhookHeader = "Klaviyo-Webhook-Id";

    /// <summary>The largest difference between the time of sending and now, inclusive. Klaviyo names none.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Checks a delivery; returns null when it is genuine and fresh, else the refusal.</summary>
    public static DeliveryCheck? Refusal(SigningSecrets secrets, Delivery delivery, DateTimeOffset now)
    {
        if (HeadRefusal(delivery, out var sentAt) is { } refusal)
        {
            return refusal;
        }

        var (signature, timestamp) = (delivery.Header(SignatureHeader)!, delivery.Header(TimestampHeader)!);
        return SignedWebhook.Matches(secrets, secret => Sign(secret, delivery.Body, timestamp), signature)
            ? SignedWebhook.Stale(sentAt, now, Tolerance)
            : DeliveryCheck.Refuse(DeliveryVerdict.Forged, "the signature does not match");
    }

    /// <summary>Checks what shows without the body; returns null when the signature may be right.</summary>
    public static DeliveryCheck? Precheck(Delivery head, DateTimeOffset now) =>
        HeadRefusal(head, out var sentAt)
        ?? SignedWebhook.NotHex(SignatureHeader, head.Header(SignatureHeader))
        ?? SignedWebhook.Stale(sentAt, now, Tolerance);

    private static DeliveryCheck? HeadRefusal(Delivery delivery, out DateTimeOffset sentAt)
    {
        sentAt = default;
        if (delivery.Header(SignatureHeader) is null || delivery.Header(TimestampHeader) is not { } timestamp)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Forged, $"{SignatureHeader} or {TimestampHeader} is missing");
        }

        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParseExact(timestamp, "r", CultureInfo.InvariantCulture, Utc, out sentAt)
            ? null
            : DeliveryCheck.Refuse(DeliveryVerdict.Forged, $"{TimestampHeader} is not an HTTP date");
    }

    /// <summary>Returns Klaviyo's signature: hexadecimal HMAC-SHA256 over the body, then the timestamp.</summary>
    public static string Sign(string secret, ReadOnlyMemory<byte> body, string timestamp) =>
        Convert.ToHexStringLower(SignedWebhook.HmacSha256(secret, body, Encoding.UTF8.GetBytes(timestamp)));
}
