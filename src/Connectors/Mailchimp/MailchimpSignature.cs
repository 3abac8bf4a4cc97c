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

    /// <summary>Checks a delivery; returns null when it is genuine and fresh, else the refusal.</summary>
    public static DeliveryCheck? Refusal(SigningSecrets secrets, Delivery delivery, DateTimeOffset now)
    {
        if (delivery.Header(Header) is not { } header)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Forged, $"{Header} is missing");
        }

        var parts = header.Split(',', StringSplitOptions.TrimEntries).Select(part => part.Split('=', 2)).ToList();
        if (parts.Where(part => part[0] == "t").ToList() is not [[_, var timestamp]]
            || !timestamp.All(char.IsAsciiDigit) || JsonFields.UnixSeconds(timestamp) is not { } sentAt)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Forged, $"{Header} does not have one time in seconds");
        }

        // All are tried, so that the time does not tell which one is right.
        var matches = parts.Where(part => part is ["v1", _]).Aggregate(
            false, (any, part) => SignedWebhook.Matches(secrets, secret => Sign(secret, delivery.Body, timestamp), part[1]) | any);
        return matches
            ? SignedWebhook.Stale(sentAt, now, Tolerance)
            : DeliveryCheck.Refuse(DeliveryVerdict.Forged, "the signature does not match");
    }

    /// <summary>Returns Mailchimp's signature: hexadecimal HMAC-SHA256 over the timestamp, a dot and the body.</summary>
    public static string Sign(string secret, ReadOnlyMemory<byte> body, string timestamp) =>
        Convert.ToHexStringLower(SignedWebhook.HmacSha256(secret, Encoding.UTF8.GetBytes($"{timestamp}."), body));
}
