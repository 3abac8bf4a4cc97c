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
        if (delivery.Header(SignatureHeader) is not { } signature || delivery.Header(TimestampHeader) is not { } timestamp)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Forged, $"{SignatureHeader} or {TimestampHeader} is missing");
        }

        if (!timestamp.All(char.IsAsciiDigit) || JsonFields.UnixSeconds(timestamp) is not { } sentAt)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Forged, $"{TimestampHeader} is not a time in seconds");
        }

        return SignedWebhook.Matches(keys, key => Sign(key, delivery.Body, timestamp), signature)
            ? SignedWebhook.Stale(sentAt, now, tolerance)
            : DeliveryCheck.Refuse(DeliveryVerdict.Forged, "the signature does not match");
    }

    /// <summary>Returns Customer.io's signature: hexadecimal HMAC-SHA256 over the version, the timestamp and the body with
    /// colons between them.</summary>
    public static string Sign(string key, ReadOnlyMemory<byte> body, string timestamp) =>
        Convert.ToHexStringLower(SignedWebhook.HmacSha256(key, Encoding.UTF8.GetBytes($"v0:{timestamp}:"), body));
}
