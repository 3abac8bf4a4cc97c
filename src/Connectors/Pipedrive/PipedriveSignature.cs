using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;

namespace IntegrationHub.Connectors.Pipedrive;

/// <summary>Checks the user name and password that a webhook shows. Pipedrive signs nothing.</summary>
internal static class PipedriveSignature
{
    public const string Header = "Authorization";

    private const string Scheme = "Basic ";

    /// <summary>Returns why a webhook does not prove itself; null when it does.</summary>
    public static DeliveryCheck? Refusal(PipedriveOptions options, Delivery delivery, out int? secret)
    {
        secret = null;
        if (CredentialsOf(delivery.Header(Header)) is not var (user, password))
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Forged, "the user name and password are missing");
        }

        // Both are compared, so that the time does not tell which of them is wrong.
        var found = options.WebhookPasswords.Find(expected => SharedSecret.Matches(expected, password));
        var isUser = SharedSecret.Matches(options.WebhookUser, user);
        secret = isUser ? found : null;
        return secret is null ? DeliveryCheck.Refuse(DeliveryVerdict.Forged, "the user name or password is wrong") : null;
    }

    /// <summary>Reads the header. A password may have colons, a user name may not.</summary>
    private static (string User, string Password)? CredentialsOf(string? header)
    {
        if (header?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) != true)
        {
            return null;
        }

        var encoded = header[Scheme.Length..].Trim();
        var decoded = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, decoded, out var length))
        {
            return null;
        }

        return Encoding.UTF8.GetString(decoded, 0, length).Split(':', 2) is [var user, var password] ? (user, password) : null;
    }
}
