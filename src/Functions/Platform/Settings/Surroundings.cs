using IntegrationHub.Connectors.Settings;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Tells Azure's App Service from one machine.</summary>
internal static class Surroundings
{
    /// <summary>Whether App Service hosts the hub. It names the app in every worker's environment.</summary>
    public static bool AreAzure(SettingsReader reader) => reader.Text("WEBSITE_SITE_NAME") is not null;
}
