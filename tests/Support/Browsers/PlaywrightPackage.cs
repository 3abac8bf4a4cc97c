using System.Reflection;
using Microsoft.Playwright;

namespace IntegrationHub.Tests.Support.Browsers;

/// <summary>Playwright as it lies in the package folder: its driver is large, so it is not copied beside every test project.</summary>
internal static class PlaywrightPackage
{
    private static readonly string Folder =
        typeof(PlaywrightPackage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == nameof(PlaywrightPackage)).Value!;

    /// <summary>Gets the script that Playwright's commands are called by, for Node.js.</summary>
    public static string Script { get; } = Path.Combine(Folder, ".playwright", "package", "cli.js");

    /// <summary>Starts the driver.</summary>
    public static Task<IPlaywright> CreateAsync()
    {
        Environment.SetEnvironmentVariable("PLAYWRIGHT_DRIVER_SEARCH_PATH", Folder);
        return Playwright.CreateAsync();
    }
}
