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
    private IPage? _phone;
    private IPage? _other;
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

    /// <summary>Shows a document on the phone, takes a picture of it, and answers the page to measure on.</summary>
    public async Task<IPage> ShowAsync(string html, string picture)
    {
        var page = await PhoneAsync();

        // What a page before it allowed would hold for the document too.
        await page.GotoAsync("about:blank");
        await page.SetContentAsync(html);
        await TakePictureAsync(page, picture);
        return page;
    }

    /// <summary>Shows what is at an address on the phone, takes a picture of it, and answers the page to measure on.</summary>
    public async Task<IPage> OpenAsync(string address, string picture)
    {
        var page = await PhoneAsync();
        await page.GotoAsync(address);
        await TakePictureAsync(page, picture);
        return page;
    }

    /// <summary>Shows what is at an address in a page of another kind, takes a picture of it, and answers the page to measure on.</summary>
    /// <param name="requested">Runs for each request of the page.</param>
    public async Task<IPage> OpenAsync(string address, string picture, BrowserNewPageOptions options, Action requested)
    {
        await (_other?.CloseAsync() ?? Task.CompletedTask);
        var page = _other = await NewPageAsync(options);
        page.Request += (_, _) => requested();
        await page.GotoAsync(address);
        await TakePictureAsync(page, picture);
        return page;
    }

    /// <summary>Takes a picture of all of a page. It costs more than all else that a test does in the browser, so it is for who asks for it.</summary>
    public static Task TakePictureAsync(IPage page, string name) =>
        TakesPictures ? page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{name}.png"), FullPage = true }) : Task.CompletedTask;

    /// <summary>The phone, which shows one thing after the other: a new page costs a second of processor time.</summary>
    private async Task<IPage> PhoneAsync() => _phone ??= await NewPageAsync(Phone);

    private Task<IPage> NewPageAsync(BrowserNewPageOptions options)
    {
        Assert.SkipWhen(_browser is null, _missing);
        return _browser!.NewPageAsync(options);
    }
}
