namespace IntegrationHub.Connectors.Settings;

/// <summary>The secrets with which a tool proves what it sends: the current one, and while it is being changed the next
/// one too, with a comma between. A changed setting counts at once, unless it is blank.</summary>
public sealed class SigningSecrets
{
    private const string Unresolved = "@Microsoft.KeyVault(";

    private readonly Func<IReadOnlyList<string>> _read;
    private volatile IReadOnlyList<string> _last;

    private SigningSecrets(Func<IReadOnlyList<string>> read) => (_read, _last) = (read, read());

    /// <summary>Gets all of them as the settings say now, the current one first; empty when none was ever set.</summary>
    public IReadOnlyList<string> All => _read() is { Count: > 0 } all && !all.Any(IsUnresolved) ? _last = all : _last;

    /// <summary>Gets the current one. The hub signs in with it where a tool uses one secret for both.</summary>
    public string Current => All is [var current, ..] ? current : "";

    /// <summary>Reads a setting. It is read again at each use, so a changed one counts at once.</summary>
    public static SigningSecrets Read(SettingsReader reader, string key)
    {
        var secrets = new SigningSecrets(() => reader.List(key));
        if (secrets._last.Any(IsUnresolved))
        {
            FaultUnresolved(reader, key);
        }

        return secrets;
    }

    /// <summary>Returns the zero-based number of the secret that a test accepts; null for none. Every secret is tried,
    /// so that the time does not show which it was.</summary>
    public int? Find(Predicate<string> accepts)
    {
        int? found = null;
        var all = All;
        for (var number = 0; number < all.Count; number++)
        {
            var accepted = accepts(all[number]);
            found ??= accepted ? number : null;
        }

        return found;
    }

    /// <summary>Returns a secret that the hub signs in with; null, with a fault, when it is a reference that the vault did not
    /// answer, and null without one when it is not set.</summary>
    public static string? ReadOne(SettingsReader reader, string key)
    {
        var secret = reader.Text(key);
        if (secret is null || !IsUnresolved(secret))
        {
            return secret;
        }

        FaultUnresolved(reader, key);
        return null;
    }

    /// <summary>Adds the fault of an unresolved reference. Its text is not a secret: whoever knows the names could sign with
    /// it.</summary>
    private static void FaultUnresolved(SettingsReader reader, string key) =>
        reader.Fault(key, "a secret, which the Key Vault has and the app may read", "1f0c…");

    private static bool IsUnresolved(string secret) => secret.StartsWith(Unresolved, StringComparison.OrdinalIgnoreCase);
}
