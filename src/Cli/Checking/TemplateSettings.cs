using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IntegrationHub.Cli.Checking;

/// <summary>The app settings that the template would write, with local values for what only Azure knows.</summary>
internal static partial class TemplateSettings
{
    /// <summary>The settings whose value is known only after a deployment. Another one is a mistake of the
    /// template.</summary>
    private static readonly Dictionary<string, string> KnownOnAzure = new()
    {
        ["AzureWebJobsStorage__blobServiceUri"] = "http://127.0.0.1:10000/devstoreaccount1",
        ["AzureWebJobsStorage__tableServiceUri"] = "http://127.0.0.1:10002/devstoreaccount1",
        ["AzureWebJobsStorage__queueServiceUri"] = "http://127.0.0.1:10001/devstoreaccount1",
        ["AzureWebJobsStorage__clientId"] = Guid.Empty.ToString(),
        ["ServiceBus__clientId"] = Guid.Empty.ToString(),
        ["APPLICATIONINSIGHTS_CONNECTION_STRING"] = "InstrumentationKey=00000000-0000-0000-0000-000000000000",
        ["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] = "Authorization=AAD",
        ["Mail__AzureCommunication__Endpoint"] = "https://hub.communication.example",
        ["Mail__AzureCommunication__ClientId"] = Guid.Empty.ToString(),
        ["Mail__From"] = "hub@example.com",
        ["Hub__PublicUrl"] = "http://localhost:7071",
    };

    private static readonly Lazy<string> Pem = new(NewKey);

    /// <summary>Gets the names of the settings that only Azure knows.</summary>
    public static IReadOnlyCollection<string> OnlyAzureKnows => KnownOnAzure.Keys;

    /// <summary>Returns the settings as the template writes them: a secret is a reference, and what only Azure knows an
    /// expression.</summary>
    /// <param name="resources">The resources that would be deployed.</param>
    public static IReadOnlyDictionary<string, string> Of(IEnumerable<JsonNode> resources) => resources
        .Single(resource => resource["type"]!.GetValue<string>() == "Microsoft.Web/sites/config"
            && resource["name"]!.GetValue<string>().EndsWith("/appsettings", StringComparison.Ordinal))
        ["properties"]!.AsObject().ToDictionary(setting => setting.Key, setting => setting.Value!.GetValue<string>());

    /// <summary>Returns the settings with colons and with a value for each.</summary>
    /// <param name="settings">As the template writes them.</param>
    /// <param name="secret">Returns the value of a secret by the names of its setting and of the secret.</param>
    /// <exception cref="InvalidDataException">A value is an expression that is not on the fixed list.</exception>
    public static Dictionary<string, string?> Resolve(
        IReadOnlyDictionary<string, string> settings, Func<string, string, string?> secret) => settings.ToDictionary(
            setting => setting.Key.Replace("__", ":", StringComparison.Ordinal),
            setting => SecretOf(setting.Value) is { } name ? secret(setting.Key, name)
                : !Expression().IsMatch(setting.Value) ? setting.Value
                : KnownOnAzure.TryGetValue(setting.Key, out var local) ? local
                : throw new InvalidDataException($"{setting.Key} is known only on Azure: {setting.Value}"),
            StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns the name of the secret that a value refers to; null for another value.</summary>
    public static string? SecretOf(string value) => Reference().Match(value) is { Success: true } found ? found.Groups["name"].Value : null;

    /// <summary>Returns a value that the hub takes where a secret stands. It opens nothing.</summary>
    /// <param name="setting">The setting that needs it.</param>
    /// <param name="name">The name of the secret: settings of one name get one value.</param>
    public static string FakeSecret(string setting, string name) =>
        setting.EndsWith("PrivateKey", StringComparison.Ordinal) ? Pem.Value
        : setting is "Hub__Peppers" or "Archive__Keys" ? $"k1:{Convert.ToBase64String(new byte[32])}"
        : $"no-secret-0123456789-0123456789-{name}";

    private static string NewKey()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKeyPem();
    }

    [GeneratedRegex(@"^@Microsoft\.KeyVault\(VaultName=[^;]+;SecretName=(?<name>[^)]+)\)$")]
    private static partial Regex Reference();

    [GeneratedRegex(@"^\[[a-zA-Z]+\(.*\)")]
    private static partial Regex Expression();
}
