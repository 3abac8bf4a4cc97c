using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.Infra.Tests;

/// <summary>The app settings of an example with local values for what only Azure knows.</summary>
internal static partial class LocalSettings
{
    /// <summary>The settings whose value is known only after a deployment. Another one is a mistake of the template.</summary>
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

    private static readonly string Pem = NewKey();
    private static readonly string Pepper = $"k1:{Convert.ToBase64String(new byte[32])}";

    /// <summary>Key by key, with colons.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> OfAsync(BicepCompiler bicep, string example)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in await bicep.SettingsOfAsync(example))
        {
            var key = name.Replace("__", ":", StringComparison.Ordinal);
            if (key.StartsWith("Connectors:", StringComparison.Ordinal) && value.StartsWith('{'))
            {
                Expand(key, value, settings);
            }
            else
            {
                settings[key] = Resolve(name, value);
            }
        }

        return settings;
    }

    private static string Resolve(string name, string value)
    {
        if (Reference().IsMatch(value))
        {
            return name switch
            {
                _ when name.EndsWith("PrivateKey", StringComparison.Ordinal) => Pem,
                "Hub__Peppers" => Pepper,
                "Archive__Keys" => $"k1:{Convert.ToBase64String(new byte[32])}",
                _ => $"a-secret-of-the-tests-0123456789-{name}",
            };
        }

        return !Expression().IsMatch(value) ? value : KnownOnAzure.TryGetValue(name, out var local) ? local : throw new InvalidOperationException($"{name} is known only on Azure: {value}");
    }

    private static void Expand(string key, string json, Dictionary<string, string> settings)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        foreach (var (below, value) in new ConfigurationBuilder().AddJsonStream(stream).Build().AsEnumerable())
        {
            if (value is not null)
            {
                settings[$"{key}:{below}"] = value;
            }
        }
    }

    private static string NewKey()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKeyPem();
    }

    [GeneratedRegex(@"^@Microsoft\.KeyVault\(VaultName=[^;]+;SecretName=[^)]+\)$")]
    private static partial Regex Reference();

    [GeneratedRegex(@"^\[[a-zA-Z]+\(.*\)")]
    private static partial Regex Expression();
}
