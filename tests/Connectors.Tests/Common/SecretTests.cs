using System.Text.RegularExpressions;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Connectors.Tests.Payloads;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Tests.Common;

/// <summary>What holds for every secret of every vendor. The parameters' types say which there are.</summary>
public sealed partial class SecretTests
{
    public static TheoryData<string, string, bool> Secrets
    {
        get
        {
            var secrets = new TheoryData<string, string, bool>();
            foreach (var file in Directory.EnumerateFiles(Repository.PathTo("infra", "connectors"), "*.bicep"))
            {
                var text = File.ReadAllText(file);
                if (Vendor().Match(text) is { Success: true } vendor)
                {
                    foreach (Match secret in Secret().Matches(text))
                    {
                        var name = secret.Groups["name"].Value;
                        secrets.Add(vendor.Groups["type"].Value, $"{char.ToUpperInvariant(name[0])}{name[1..]}", !secret.Groups["optional"].Success);
                    }
                }
            }

            return secrets;
        }
    }

    [Fact]
    public void Every_vendor_of_the_corpus_has_secrets() => Assert.Equal(
        Corpus.Settings.GetSection("Connectors").GetChildren().Select(connector => connector["Type"]!).Distinct().Order(StringComparer.Ordinal),
        Secrets.Select(row => row.Data.Item1).Distinct().Order(StringComparer.Ordinal));

    /// <summary>The names of a vault and of its secret are known to many, and would sign. A secret that is missing is a fault unless
    /// there is another way to sign in.</summary>
    [Theory]
    [MemberData(nameof(Secrets))]
    public void A_secret_that_the_vault_did_not_answer_or_that_is_missing_is_a_fault_that_names_the_setting(string type, string key, bool isRequired)
    {
        var unresolved = Assert.Single(FaultsOf(type, key, "@Microsoft.KeyVault(VaultName=kv-hub;SecretName=secret)"));

        Assert.DoesNotContain("kv-hub", unresolved, StringComparison.Ordinal);
        Assert.True(!(isRequired && IsSet(type, key)) || FaultsOf(type, key, " ").Count > 0);
    }

    private static bool IsSet(string type, string key) => Corpus.Settings.GetSection("Connectors").GetChildren().First(connector => connector["Type"] == type)[key] is not null;

    /// <summary>Returns the faults that name a setting when it has a value.</summary>
    private static IReadOnlyList<string> FaultsOf(string type, string key, string value)
    {
        var name = Corpus.Settings.GetSection("Connectors").GetChildren().First(connector => connector["Type"] == type).Key;
        var settings = new ConfigurationBuilder().AddConfiguration(Corpus.Settings).AddInMemoryCollection([new($"Connectors:{name}:{key}", value)]).Build();
        try
        {
            new ServiceCollection().AddConnectors(settings);
            return [];
        }
        catch (InvalidSettingsException invalid)
        {
            return [.. invalid.Faults.Where(fault => fault.Contains($":{key}: must be", StringComparison.Ordinal))];
        }
    }

    [GeneratedRegex(@"^  type: '(?<type>\w+)'", RegexOptions.Multiline)]
    private static partial Regex Vendor();

    [GeneratedRegex(@"^ +(?<name>\w+): secretName(?<optional>\?)?", RegexOptions.Multiline)]
    private static partial Regex Secret();
}
