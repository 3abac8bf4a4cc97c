using System.Web;

namespace IntegrationHub.Connectors.Settings;

/// <summary>The secret of a vendor that cannot sign: the parameter <c>token</c> of the address that it calls.</summary>
internal static class UrlToken
{
    /// <summary>Whether the address shows one of the secrets. An address with two tokens shows none.</summary>
    public static bool Matches(SigningSecrets secrets, Uri? url) =>
        url is not null
        && HttpUtility.ParseQueryString(url.Query).GetValues("token") is [var token]
        && SignedWebhook.Matches(secrets, secret => secret, token);
}
