using Microsoft.Playwright;

namespace IntegrationHub.Tests.Support.Browsers;

/// <summary>
/// A browser as wide as a phone, without a screen. It takes the Chromium of this machine or fetches one; where neither works, the tests that
/// want it are skipped with the reason. It shows one page at a time. <c>HUB_TEST_PICTURES=1</c> keeps a picture of each page for people to look at.
/// </summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>A narrow phone, in CSS pixels.</summary>
    public const int Width = 360;

    private static readonly BrowserNewPageOptions Phone = new()
    {
        ViewportSize = new() { Width = Width, Height = 740 },
        DeviceScaleFactor = 2,
        IsMobile = true,
        HasTouch = true,
    };

    private static readonly bool TakesPictures = Environment.GetEnvironmentVariable("HUB_TEST_PICTURES") == "1";

    private static readonly string Pictures = Path.Combine(AppContext.BaseDirectory, "screenshots");

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private IPage? _page;
    private string _missing = "";

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
        var page = await NewPageAsync(Phone);
        await page.SetContentAsync(html);
        await TakePictureAsync(page, picture);
        return page;
    }

    /// <summary>Shows what is at an address, takes a picture of it, and answers the page to measure on.</summary>
    public Task<IPage> OpenAsync(string address, string picture) => OpenAsync(address, picture, Phone, () => { });

    /// <summary>Shows what is at an address in a page of another kind, takes a picture of it, and answers the page to measure on.</summary>
    /// <param name="requested">Runs for each request of the page.</param>
    public async Task<IPage> OpenAsync(string address, string picture, BrowserNewPageOptions options, Action requested)
    {
        var page = await NewPageAsync(options);
        page.Request += (_, _) => requested();
        await page.GotoAsync(address);
        await TakePictureAsync(page, picture);
        return page;
    }

    /// <summary>Takes a picture of all of a page. It costs more than all else that a test does in the browser, so it is for who asks for it.</summary>
    public static Task TakePictureAsync(IPage page, string name) =>
        TakesPictures ? page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{name}.png"), FullPage = true }) : Task.CompletedTask;

    /// <summary>A new page, which knows nothing of the one before it. That is closed: an open one goes on to cost.</summary>
    private async Task<IPage> NewPageAsync(BrowserNewPageOptions options)
    {
        Assert.SkipWhen(_browser is null, _missing);
        await (_page?.CloseAsync() ?? Task.CompletedTask);
        return _page = await _browser!.NewPageAsync(options);
    }
}
