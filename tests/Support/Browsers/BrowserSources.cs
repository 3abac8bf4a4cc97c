namespace IntegrationHub.Tests.Support.Browsers;

/// <summary>Where a browser can be fetched from. Each answers null when it has installed one, or else says why not.</summary>
internal static class BrowserSources
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);

    /// <summary>How package managers install Chromium without asking.</summary>
    private static readonly (string Program, string[][] Calls)[] PackageManagers =
    [
        ("apt-get", [["update", "-q"], ["install", "-qy", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", "chromium"]]),
        ("dnf", [["install", "-qy", "chromium"]]),
    ];

    /// <summary>Downloads the one that belongs to this version of Playwright.</summary>
    public static async Task<string?> FetchFromPlaywrightAsync()
    {
        var failure = await SystemCommand.RunAsync("node", [PlaywrightPackage.Script, "install", "--only-shell", "chromium"], Longest);
        return failure is null ? null : $"Playwright cannot download its own ({failure})";
    }

    /// <summary>Asks the system's package manager, as root or where sudo needs no password.</summary>
    public static async Task<string?> FetchFromSystemAsync()
    {
        var (program, calls) = PackageManagers.FirstOrDefault(each => SystemCommand.Find(each.Program) is not null);
        if (program is null)
        {
            return "no known package manager is here";
        }

        string[] prefix = Environment.IsPrivilegedProcess ? [program] : ["sudo", "-n", program];
        foreach (var call in calls)
        {
            if (await SystemCommand.RunAsync(prefix[0], [.. prefix[1..], .. call], Longest) is { } failure)
            {
                return $"{program} cannot install one ({failure})";
            }
        }

        return null;
    }
}
