using System.Text.Json;
using IntegrationHub.Cli.Checking;

namespace IntegrationHub.Cli.Connecting;

/// <summary>
/// The secrets of a Key Vault on this machine: by the file that maps their names to values, else by environment
/// variables. The variable of <c>hubspot-access-token</c> is <c>HUBSPOT_ACCESS_TOKEN</c>.
/// </summary>
/// <param name="map">The values by the names of the secrets.</param>
/// <param name="variable">Returns the value of an environment variable; null when it is not set.</param>
internal sealed class SecretSource(IReadOnlyDictionary<string, string> map, Func<string, string?> variable)
{
    /// <summary>Opens the secrets.</summary>
    /// <param name="file">JSON with a value for each name; null for the environment alone.</param>
    /// <exception cref="InvalidDataException">The file is not such JSON. The message repeats nothing of it.</exception>
    public static SecretSource Open(string? file, Func<string, string?> variable)
    {
        const string MustBe = "--secrets: must be a JSON file with a text for each secret, for example {\"hubspot-access-token\":\"…\"}.";
        if (file is null)
        {
            return new(new Dictionary<string, string>(), variable);
        }

        try
        {
            return new(
                JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file))
                    ?? throw new InvalidDataException(MustBe), variable);
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException(MustBe, failure);
        }
    }

    /// <summary>Returns a secret; null when neither the file nor the environment has it.</summary>
    public string? Find(string name) =>
        map.TryGetValue(name, out var value) ? value : variable(VariableOf(name)) is { Length: > 0 } set ? set : null;

    /// <summary>Returns the settings of the connectors, with colons and with their secrets.</summary>
    /// <param name="settings">All settings, as the template writes them.</param>
    /// <exception cref="InvalidDataException">Secrets are missing; it lists all.</exception>
    public Dictionary<string, string?> OfConnectors(IReadOnlyDictionary<string, string> settings)
    {
        var connectors = settings.Where(setting => setting.Key.StartsWith("Connectors__", StringComparison.Ordinal)).ToDictionary();
        var missing = connectors.Values.Select(TemplateSettings.SecretOf).OfType<string>().Distinct().Where(name => Find(name) is null)
            .ToList();
        return missing.Count == 0
            ? TemplateSettings.Resolve(connectors, (_, name) => Find(name))
            : throw new InvalidDataException(
                $"--secrets: must have {string.Join(", ", missing)}, or the environment has them, for example {VariableOf(missing[0])}.");
    }

    /// <summary>Returns the name of the environment variable of a secret.</summary>
    public static string VariableOf(string name) => name.Replace('-', '_').ToUpperInvariant();
}
