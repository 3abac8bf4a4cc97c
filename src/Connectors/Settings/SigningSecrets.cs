using Microsoft.Extensions.Primitives;

namespace IntegrationHub.Connectors.Settings;

/// <summary>The secrets with which a tool proves what it sends: the current one, and while it is being changed the next
/// one too, with a comma between. A changed setting counts at once, unless it is blank.</summary>
public sealed class SigningSecrets
{
    private const string Unresolved = "@Microsoft.KeyVault(";

    private volatile IReadOnlyList<string> _all;

    private SigningSecrets(IReadOnlyList<string> all) => _all = all;

    /// <summary>Gets all of them, the current one first; empty when none is set.</summary>
    public IReadOnlyList<string> All => _all;

    /// <summary>Gets the current one. The hub signs in with it where a tool uses one secret for both.</summary>
    public string Current => _all.Count > 0 ? _all[0] : "";

    /// <summary>Reads a setting, and reads it again whenever the settings change.</summary>
    public static SigningSecrets Read(SettingsReader reader, string key)
    {
        var secrets = new SigningSecrets(reader.List(key));
        if (secrets._all.Any(secret => secret.StartsWith(Unresolved, StringComparison.OrdinalIgnoreCase)))
        {
            // The text of a reference is no secret: whoever knows the names could sign with it.
            reader.Fault(key, "a secret, which the Key Vault has and the app may read", "1f0c…");
        }

        ChangeToken.OnChange(reader.WatchChanges, () => secrets.Renew(reader.List(key)));
        return secrets;
    }

    /// <summary>Returns the zero-based number of the secret that a test accepts; null for none. Every secret is tried,
    /// so that the time says nothing of which it was.</summary>
    public int? Find(Predicate<string> accepts)
    {
        int? found = null;
        var all = _all;
        for (var number = 0; number < all.Count; number++)
        {
            var accepted = accepts(all[number]);
            found ??= accepted ? number : null;
        }

        return found;
    }

    private void Renew(IReadOnlyList<string> all)
    {
        if (all.Count > 0 && !all.Any(secret => secret.StartsWith(Unresolved, StringComparison.OrdinalIgnoreCase)))
        {
            _all = all;
        }
    }
}
