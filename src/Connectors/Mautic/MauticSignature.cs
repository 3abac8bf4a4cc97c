using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;

namespace IntegrationHub.Connectors.Mautic;

/// <summary>Checks the signature of Mautic's webhooks. It has no time, so a repeated delivery is found by its events'
/// dedupe keys. Pure.</summary>
internal static class MauticSignature
{
    /// <summary>The header with the signature in Base64. Mautic sends it empty when a webhook has no secret.</summary>
    public const string Header = "Webhook-Signature";

    /// <summary>Checks a delivery; returns null when it is genuine, else the refusal.</summary>
    public static DeliveryCheck? Refusal(SigningSecrets secrets, Delivery delivery) =>
        SignedWebhook.Matches(secrets, secret => Sign(secret, delivery.Body), delivery.Header(Header) ?? "")
            ? null
            : DeliveryCheck.Refuse(DeliveryVerdict.Forged, $"{Header} is missing or does not match");

    /// <summary>Returns Mautic's signature: the HMAC-SHA256 over the body, in Base64.</summary>
    public static string Sign(string secret, ReadOnlyMemory<byte> body) => Convert.ToBase64String(SignedWebhook.HmacSha256(secret, body));
}
