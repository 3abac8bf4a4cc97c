using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.Connectors.Settings;

/// <summary>A connector's settings may stand key by key, or as one JSON object in the value of <c>Connectors:{name}</c> itself; keys beside it overrule it.</summary>
internal static class ConnectorSection
{
    /// <summary>The settings key by key; null where the value is no JSON object, which is told as a fault.</summary>
    public static IConfiguration? Expand(IConfigurationSection section, List<string> faults)
    {
        if (string.IsNullOrWhiteSpace(section.Value))
        {
            return section;
        }

        try
        {
            using var json = new MemoryStream(Encoding.UTF8.GetBytes(section.Value));
            return new ConfigurationBuilder().AddJsonStream(json).AddConfiguration(section).Build();
        }
        catch (Exception failure) when (failure is FormatException or JsonException or InvalidDataException)
        {
            faults.Add($"Connectors:{section.Key} is no JSON object: a value like {{\"Type\":\"HubSpot\",\"ClientSecret\":\"…\"}} would be right.");
            return null;
        }
    }
}
