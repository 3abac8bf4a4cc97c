using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Checks what the relay of change events sends. It signs time, organisation, address and body with a key that
/// does not travel, or shows a token apart from that key. Pure.</summary>
internal sealed class SalesforceRelay(SalesforceOptions options)
{
    public const string SignatureHeader = "X-Hub-Signature";

    /// <summary>The header with the time of sending, in seconds since 1970.</summary>
    public const string TimestampHeader = "X-Hub-Timestamp";

    public const string OrganizationHeader = "X-Hub-Organization";
    public const string AuthorizationHeader = "Authorization";

    /// <summary>The largest difference between the time of sending and now, inclusive, in either direction.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private const string Prefix = "sha256=";
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    /// <summary>Checks what shows without the body; returns null when it may be genuine.</summary>
    public DeliveryCheck? Precheck(Delivery head, DateTimeOffset now)
    {
        if (options.Relay.Secret.All.Count == 0 && options.Relay.Token.All.Count == 0)
        {
            return Forged("no relay secret is set");
        }

        if (head.Header(SignatureHeader) is not { } signature)
        {
            return options.Relay.Token.Find(token => SharedSecret.Matches($"Bearer {token}", head.Header(AuthorizationHeader))) is null
                ? Forged($"{SignatureHeader} or the Authorization header is missing or does not match")
                : null;
        }

        if (!IsSignature(signature))
        {
            return Forged($"{SignatureHeader} is not a signature");
        }

        return head.Header(TimestampHeader) is { } timestamp ? CheckHead(head, timestamp, now)
            : options.Relay.SignsTime ? Forged($"{TimestampHeader} is missing")
            : null;
    }

    /// <summary>Checks a delivery; returns null when it is genuine and fresh, else the refusal.</summary>
    /// <param name="secret">The zero-based number of the secret that signed it; null for a token.</param>
    public DeliveryCheck? Refusal(Delivery delivery, DateTimeOffset now, out int? secret)
    {
        secret = null;
        if (Precheck(delivery, now) is { } refusal)
        {
            return refusal;
        }

        if (delivery.Header(SignatureHeader) is not { } signature)
        {
            return null;
        }

        secret = options.Relay.Secret.Find(key => SharedSecret.Matches(Sign(key, delivery), signature));
        return secret is null ? Forged($"{SignatureHeader} does not match") : null;
    }

    /// <summary>Returns the relay's signature: the HMAC-SHA256 over the lines time, organisation, address and body.
    /// Without a time it is over the body alone.</summary>
    public static string Sign(string secret, Delivery delivery)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        if (delivery.Header(TimestampHeader) is { } timestamp)
        {
            hmac.AppendData(Encoding.UTF8.GetBytes(
                $"{timestamp}\n{delivery.Header(OrganizationHeader)}\n{delivery.PublicUrl?.OriginalString}\n"));
        }

        hmac.AppendData(delivery.Body.Span);
        return Prefix + Convert.ToHexStringLower(hmac.GetHashAndReset());
    }

    private DeliveryCheck? CheckHead(Delivery head, string timestamp, DateTimeOffset now)
    {
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var sentAt))
        {
            return Forged($"{TimestampHeader} is not a time in seconds");
        }

        var age = (decimal)now.ToUnixTimeSeconds() - sentAt;
        if (Math.Abs(age) > (decimal)Tolerance.TotalSeconds)
        {
            return DeliveryCheck.Refuse(
                DeliveryVerdict.Stale, age > 0 ? "signed more than 5 minutes ago" : "signed more than 5 minutes in the future");
        }

        return SalesforceId.Normalise(head.Header(OrganizationHeader) ?? "") == options.OrganizationId
            ? null
            : Forged($"{OrganizationHeader} is not this organisation");
    }

    private static bool IsSignature(string text) =>
        text.Length == Prefix.Length + (HMACSHA256.HashSizeInBytes * 2)
        && text.StartsWith(Prefix, StringComparison.Ordinal)
        && text.AsSpan(Prefix.Length).IndexOfAnyExcept(Hex) < 0;

    private static DeliveryCheck Forged(string reason) => DeliveryCheck.Refuse(DeliveryVerdict.Forged, reason);
}
