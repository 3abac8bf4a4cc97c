using IntegrationHub.Connectors.Settings;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>How the relay of change events proves what it sends. Without key and token it is refused.</summary>
/// <param name="Secret">The key with which it signs, and the next one. Setting <c>RelaySecret</c>.</param>
/// <param name="Token">The token that it shows instead, and the next one. Setting <c>RelayToken</c>.</param>
/// <param name="SignsTime">Whether a signature without a time is refused: whoever has seen such a delivery could send
/// it again. Setting <c>RelaySignsTime</c>; default false.</param>
public sealed record SalesforceRelayOptions(SigningSecrets Secret, SigningSecrets Token, bool SignsTime)
{
    internal static SalesforceRelayOptions Read(SettingsReader reader)
    {
        var options = new SalesforceRelayOptions(
            SigningSecrets.Read(reader, "RelaySecret"), SigningSecrets.Read(reader, "RelayToken"), reader.Flag("RelaySignsTime", false));
        if (options.Secret.All.Intersect(options.Token.All, StringComparer.Ordinal).Any())
        {
            reader.Fault("RelayToken", "another text than RelaySecret, because it travels and the key must not", "A1B2…");
        }

        return options;
    }
}
