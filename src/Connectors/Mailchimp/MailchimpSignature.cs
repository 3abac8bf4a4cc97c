using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;

namespace IntegrationHub.Connectors.Mailchimp;

/// <summary>Checks the signature of Mailchimp's webhooks. Pure.</summary>
internal static class MailchimpSignature
{
    /// <summary>The header with the time of sending and the signature: <c>t=1772446501,v1=…</c>. While Mailchimp turns its
    /// secret there may be several signatures.</summary>
    public const string Header = "X-Mailchimp-Signature";

    /// <summary>The largest difference between the time of sending and now, inclusive.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private static readonly DeliveryCheck Unreadable =
        DeliveryCheck.Refuse(DeliveryVerdict.Forged, $"{Header} is missing or does not have one time in seconds");

    /// <summary>Checks a delivery; returns null when it is genuine and fresh, else the refusal.</summary>
    public static DeliveryCheck? Refusal(SigningSecrets secrets, Delivery delivery, DateTimeOffset now)
    {
        if (Read(delivery) is not var (timestamp, sentAt, signatures))
        {
            return Unreadable;
        }

        // All are tried, so that the time does not tell which one is right.
        var matches = signatures.Aggregate(
            false, (any, given) => SignedWebhook.Matches(secrets, secret => Sign(secret, delivery.Body, timestamp), given) | any);
        return matches
            ? SignedWebhook.Stale(sentAt, now, Tolerance)
            : DeliveryCheck.Refuse(DeliveryVerdict.Forged, "the signature does not match");
    }

    /// <summary>Checks what shows without the body; returns null when one of the signatures may be right.</summary>
    public static DeliveryCheck? Precheck(Delivery head, DateTimeOffset now) =>
        Read(head) is not var (_, sentAt, signatures) ? Unreadable
        : signatures.Any(signature => SignedWebhook.NotHex(Header, signature) is null) ? SignedWebhook.Stale(sentAt, now, Tolerance)
        : SignedWebhook.NotHex(Header, null);

    /// <summary>Reads the header; null when it is missing or does not have one time.</summary>
    private static (string Timestamp, DateTimeOffset SentAt, IReadOnlyList<string> Signatures)? Read(Delivery delivery)
    {
        var parts = (delivery.Header(Header) ?? "").Split(',', StringSplitOptions.TrimEntries).Select(part => part.Split('=', 2)).ToList();
        return parts.Where(part => part[0] == "t").ToList() is [[_, var timestamp]]
            && timestamp.All(char.IsAsciiDigit) && JsonFields.UnixSeconds(timestamp) is { } sentAt
            ? (timestamp, sentAt, [.. parts.Where(part => part is ["v1", _]).Select(part => part[1])])
            : null;
    }

    /// <summary>Returns Mailchimp's signature: hexadecimal HMAC-SHA256 over the timestamp, a dot and the body.</summary>
    public static string Sign(string secret, ReadOnlyMemory<byte> body, string timestamp) =>
        Convert.ToHexStringLower(SignedWebhook.HmacSha256(secret, Encoding.UTF8.GetBytes($"{timestamp}."), body));
}
