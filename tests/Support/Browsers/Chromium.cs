using Microsoft.Playwright;

namespace IntegrationHub.Tests.Support.Browsers;

/// <summary>Launches a Chromium: one on the PATH, else Playwright's own, else one that Playwright or the system's package manager fetches now.</summary>
internal static class Chromium
{
    private static readonly string[] Programs =
        ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge"];

    /// <summary>What lets it run as root, without a screen, and without calls of its own.</summary>
    private static readonly string[] Arguments =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync",
    ];

    private static readonly TimeSpan LongestFetch = TimeSpan.FromMinutes(10);

    /// <summary>What has failed in this process, which asks only once; null while nobody asked.</summary>
    private static string? _missing;

    /// <summary>Launches one, or says in one sentence why there is none.</summary>
    public static async Task<(IBrowser? Browser, string Missing)> LaunchAsync(IPlaywright playwright)
    {
        if (await TryLaunchAsync(playwright) is { } installed)
        {
            return (installed, "");
        }

        // One process fetches at a time; the others find what it has fetched.
        using var turn = await MachineLock.TakeAsync("integration-hub-browser", LongestFetch);
        if (_missing is not null)
        {
            return (null, _missing);
        }

        if (await TryLaunchAsync(playwright) is { } meanwhile)
        {
            return (meanwhile, "");
        }

        var failures = new List<string>();
        foreach (var fetchAsync in new Func<Task<string?>>[] { BrowserSources.FetchFromPlaywrightAsync, BrowserSources.FetchFromSystemAsync })
        {
            var failure = await fetchAsync();
            if (failure is null && await TryLaunchAsync(playwright) is { } fetched)
            {
                return (fetched, "");
            }

            failures.Add(failure ?? "what was installed does not start");
        }

        _missing = $"There is no browser to look at pages in: no Chromium on the PATH starts, {string.Join(", and ", failures)}. Install Chromium and run the tests again.";
        return (null, _missing);
    }

    private static async Task<IBrowser?> TryLaunchAsync(IPlaywright playwright)
    {
        foreach (var program in Programs.Select(SystemCommand.Find).OfType<string>().Append(null))
        {
            try
            {
                return await playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = Arguments });
            }
            catch (PlaywrightException)
            {
                // Not there, or not able to start: the next one may be.
                continue;
            }
        }

        return null;
    }
}
