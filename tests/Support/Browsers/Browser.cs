using Microsoft.Playwright;

namespace IntegrationHub.Tests.Support.Browsers;

/// <summary>
/// A browser as wide as a phone, without a screen. It takes the Chromium of this machine or fetches one; where neither works, the tests that
/// want it are skipped with the reason.
/// </summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>A narrow phone, in CSS pixels.</summary>
    public const int Width = 360;

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private string _missing = "";

    /// <summary>Gets where the pictures are put.</summary>
    public static string Pictures { get; } = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots")).FullName;

    public async ValueTask InitializeAsync()
    {
        _playwright = await PlaywrightPackage.CreateAsync();
        (_browser, _missing) = await Chromium.LaunchAsync(_playwright);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>Shows a document, takes a picture of it, and answers the page to measure on.</summary>
    public async Task<IPage> ShowAsync(string html, string picture)
    {
        var page = await NewPageAsync();
        await page.SetContentAsync(html);
        await TakePictureAsync(page, picture);
        return page;
    }

    /// <summary>Shows what is at an address, takes a picture of it, and answers the page to measure on.</summary>
    public async Task<IPage> OpenAsync(string address, string picture)
    {
        var page = await NewPageAsync();
        await page.GotoAsync(address);
        await TakePictureAsync(page, picture);
        return page;
    }

    /// <summary>Shows what is at an address in a page of another kind, takes a picture of it, and answers the page to measure on.</summary>
    /// <param name="requested">Runs for each request of the page.</param>
    public async Task<IPage> OpenAsync(string address, string picture, BrowserNewPageOptions options, Action requested)
    {
        Assert.SkipWhen(_browser is null, _missing);
        var page = await _browser!.NewPageAsync(options);
        page.Request += (_, _) => requested();
        await page.GotoAsync(address);
        await TakePictureAsync(page, picture);
        return page;
    }

    private static Task TakePictureAsync(IPage page, string name) =>
        page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{name}.png"), FullPage = true });

    private Task<IPage> NewPageAsync()
    {
        Assert.SkipWhen(_browser is null, _missing);
        return _browser!.NewPageAsync(new()
        {
            ViewportSize = new() { Width = Width, Height = 740 },
            DeviceScaleFactor = 2,
            IsMobile = true,
            HasTouch = true,
        });
    }
}
