using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions.Platform.Settings;

namespace IntegrationHub.Functions.Platform.Access;

/// <summary>Reads who may call the hub: <c>Hub:SignIn</c>, <c>Hub:KeyInUrl</c>, <c>Hub:Keys</c> and, on one machine,
/// <c>Hub:FunctionKey</c>.</summary>
internal static class AccessSettingsReader
{
    private const string KeysSection = "Hub:Keys";
    private const string LocalKey = "Hub:FunctionKey";
    private const string MustBe = "a random text of 32 characters or more that no other key has";
    private const string Example = "the output of openssl rand -base64 40";
    private const int ShortestKey = 32;
    private const int FewestCharacters = 10;

    public static AccessOptions Read(SettingsReader reader)
    {
        var signIn = reader.Flag("Hub:SignIn", false);
        return new()
        {
            SignIn = signIn,
            KeyInUrl = reader.Flag("Hub:KeyInUrl", !signIn),
            Keys = [.. ReadLocalKey(reader), .. ReadKeys(reader)],
        };
    }

    /// <summary>Reads the key of the local host, which carries all roles. On Azure it would open everything to
    /// everybody who has it.</summary>
    private static IEnumerable<AccessKey> ReadLocalKey(SettingsReader reader)
    {
        if (reader.Text(LocalKey) is not { } key)
        {
            return [];
        }

        if (Surroundings.AreAzure(reader))
        {
            reader.Fault(LocalKey, "left out on Azure, where each machine has a key of its own", "Hub:Keys:monitor:Key");
        }

        return [AccessKey.Of("default", key, Enum.GetValues<Role>())];
    }

    private static List<AccessKey> ReadKeys(SettingsReader reader)
    {
        var keys = new List<AccessKey>();
        foreach (var name in reader.Names(KeysSection))
        {
            var section = $"{KeysSection}:{name}";
            reader.OnlyKnown(section, "Key", "Roles");
            _ = reader.Required($"{section}:Key", MustBe, Example);
            var text = reader.Text($"{section}:Key", IsStrong, MustBe, Example) ?? "";
            var key = AccessKey.Of(name.ToLowerInvariant(), text, ReadRoles(reader, $"{section}:Roles"));
            if (keys.Any(other => other.Hash.AsSpan().SequenceEqual(key.Hash)))
            {
                reader.Fault($"{section}:Key", MustBe, Example);
            }

            keys.Add(key);
        }

        return keys;
    }

    private static List<Role> ReadRoles(SettingsReader reader, string key)
    {
        var names = reader.List(key);
        if (names.Count == 0 || !names.All(RoleRules.Names.ContainsKey))
        {
            reader.Fault(key, $"one or more of {string.Join(", ", RoleRules.Names.Keys)} with commas between them", "Hub.Ops");
        }

        return [.. names.Where(RoleRules.Names.ContainsKey).Select(name => RoleRules.Names[name]).Distinct()];
    }

    /// <summary>Whether a key is hard to guess. A reference to the Key Vault that Azure could not resolve is no
    /// secret.</summary>
    private static bool IsStrong(string key) =>
        key.Length >= ShortestKey && key.Distinct().Count() >= FewestCharacters
        && !key.StartsWith("@Microsoft.KeyVault(", StringComparison.OrdinalIgnoreCase)
;
}
