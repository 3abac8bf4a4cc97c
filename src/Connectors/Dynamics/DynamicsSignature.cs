using System.Web;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;

namespace IntegrationHub.Connectors.Dynamics;

/// <summary>Checks the secret that a webhook shows in a header or in its address. Dataverse signs nothing.</summary>
internal static class DynamicsSignature
{
    /// <summary>Returns why a webhook does not prove itself; null when it does. The header decides where there is one.</summary>
    public static DeliveryCheck? Refusal(DynamicsOptions options, Delivery delivery, out int? secret)
    {
        var given = delivery.Header(options.WebhookHeader) ?? InAddress(delivery.PublicUrl, options.WebhookParameter);
        secret = given is null ? null : options.WebhookSecrets.Find(expected => SharedSecret.Matches(expected, given));
        return secret is null
            ? DeliveryCheck.Refuse(
                DeliveryVerdict.Forged,
                $"the secret in the header {options.WebhookHeader} or the parameter {options.WebhookParameter} is missing or wrong")
            : null;
    }

    /// <summary>Returns a parameter of the address; null for none and for two.</summary>
    private static string? InAddress(Uri? url, string name) =>
        url is not null && HttpUtility.ParseQueryString(url.Query).GetValues(name) is [var value] ? value : null;
}
