using System.Text.Json;
using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions.Platform.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Infra.Tests;

/// <summary>The page of all settings says what the types say, and what the types say is true.</summary>
public sealed class ConfigurationPageTests(BicepCompiler bicep)
{
    /// <summary>Set to 1, the page is written instead of compared.</summary>
    private const string Approve = "HUB_APPROVE";

    private static readonly Dictionary<string, string> Places = new()
    {
        ["{stage}"] = "evaluation",
        ["{segment}"] = "enterprise",
        ["{team}"] = "sales",
        ["{n}"] = "1",
    };

    /// <summary>
    /// Sections without visible defaults: a connector's options are internal, and a configured calendar is another object
    /// with the same hours.
    /// </summary>
    private static readonly string[] Unseen = ["Connectors:{name}", "Funnel:Calendar"];

    [Fact]
    public async Task The_page_of_settings_is_written_from_the_types()
    {
        var page = await File.ReadAllTextAsync(ConfigurationPage.Path, TestContext.Current.CancellationToken);
        var expected = await ConfigurationPage.WriteAsync(bicep, page);
        if (Environment.GetEnvironmentVariable(Approve) == "1")
        {
            await File.WriteAllTextAsync(ConfigurationPage.Path, expected, TestContext.Current.CancellationToken);
        }
        else
        {
            Assert.Equal(expected.Split('\n'), page.Split('\n'));
        }
    }

    [Fact]
    public async Task A_default_changes_nothing_when_it_is_set()
    {
        var settings = await bicep.LocalSettingsOfAsync("everything");
        var defaults = (await ConfigurationPage.SettingsAsync(bicep))
            .Where(setting => setting.Default is not null && !Unseen.Contains(setting.Section))
            .Select(setting => (Key: KeyOf(setting), Value: setting.Default!));

        Assert.DoesNotContain(defaults, setting => Options(With(settings, setting.Key, setting.Value)) != Options(With(settings, setting.Key, null)));
    }

    [Fact]
    public async Task An_example_is_a_right_value()
    {
        var settings = await bicep.LocalSettingsOfAsync("everything");

        Assert.All(
            (await ConfigurationPage.SettingsAsync(bicep)).Where(setting => setting.Example is not null),
            setting => Options(With(settings, KeyOf(setting), setting.Example!)));
    }

    /// <summary>The settings with another value; null removes the setting.</summary>
    private static Dictionary<string, string?> With(IReadOnlyDictionary<string, string> settings, string key, string? value) =>
        new(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)), StringComparer.OrdinalIgnoreCase) { [key] = value };

    private static string KeyOf(ConfigurationPage.Setting setting)
    {
        var key = Places.Aggregate($"{setting.Section}:{setting.Name}", (text, place) => text.Replace(place.Key, place.Value, StringComparison.Ordinal));
        return key.Replace("{name}", setting.Section.StartsWith("Owners", StringComparison.Ordinal) ? "ada" : "hubspot", StringComparison.Ordinal);
    }

    /// <summary>All options as they are registered, as one text.</summary>
    private static string Options(Dictionary<string, string?> settings)
    {
        var reader = new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        var services = new ServiceCollection().AddHubSettings(reader).AddConnectors(reader);
        reader.ThrowIfFaulty();
        var provider = services.AddLogging().BuildServiceProvider();
        var types = services.Select(service => service.ServiceType)
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) || type.Name.EndsWith("Settings", StringComparison.Ordinal));
        return string.Join('\n', types.Select(type => JsonSerializer.Serialize(provider.GetService(type), type)));
    }
}
