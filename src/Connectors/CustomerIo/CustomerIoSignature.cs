using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;

namespace IntegrationHub.Connectors.CustomerIo;

/// <summary>Checks the signature of Customer.io's reporting webhooks. Pure.</summary>
internal static class CustomerIoSignature
{
    /// <summary>The header with the signature, 64 hexadecimal digits.</summary>
    public const string SignatureHeader = "X-CIO-Signature";

    /// <summary>The header with the time of sending, in seconds since 1970.</summary>
    public const string TimestampHeader = "X-CIO-Timestamp";

    /// <summary>Checks a delivery; returns null when it is genuine and fresh, else the refusal.</summary>
    public static DeliveryCheck? Refusal(SigningSecrets keys, TimeSpan tolerance, Delivery delivery, DateTimeOffset now)
    {
        if (HeadRefusal(delivery, out var sentAt) is { } refusal)
        {
            return refusal;
        }

        var (signature, timestamp) = (delivery.Header(SignatureHeader)!, delivery.Header(TimestampHeader)!);
        return SignedWebhook.Matches(keys, key => Sign(key, delivery.Body, timestamp), signature)
            ? SignedWebhook.Stale(sentAt, now, tolerance)
            : DeliveryCheck.Refuse(DeliveryVerdict.Forged, "the signature does not match");
    }

    /// <summary>Checks what shows without the body; returns null when the signature may be right.</summary>
    public static DeliveryCheck? Precheck(TimeSpan tolerance, Delivery head, DateTimeOffset now) =>
        HeadRefusal(head, out var sentAt)
        ?? SignedWebhook.NotHex(SignatureHeader, head.Header(SignatureHeader))
        ?? SignedWebhook.Stale(sentAt, now, tolerance);

    private static DeliveryCheck? HeadRefusal(Delivery delivery, out DateTimeOffset sentAt)
    {
        sentAt = default;
        if (delivery.Header(SignatureHeader) is null || delivery.Header(TimestampHeader) is not { } timestamp)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Forged, $"{SignatureHeader} or {TimestampHeader} is missing");
        }

        if (!timestamp.All(char.IsAsciiDigit) || JsonFields.UnixSeconds(timestamp) is not { } time)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Forged, $"{TimestampHeader} is not a time in seconds");
        }

        sentAt = time;
        return null;
    }

    /// <summary>Returns Customer.io's signature: hexadecimal HMAC-SHA256 over the version, the timestamp and the body with
    /// colons between them.</summary>
    public static string Sign(string key, ReadOnlyMemory<byte> body, string timestamp) =>
        Convert.ToHexStringLower(SignedWebhook.HmacSha256(key, Encoding.UTF8.GetBytes($"v0:{timestamp}:"), body));
}
