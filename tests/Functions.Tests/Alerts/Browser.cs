using Microsoft.Playwright;

namespace IntegrationHub.Functions.Tests.Alerts;

/// <summary>A browser as wide as a phone: Debian's chromium, without a screen and without a network of its own.</summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>A narrow phone, in CSS pixels.</summary>
    public const int Width = 360;

    private const string Chromium = "/usr/bin/chromium";

    private static readonly string[] Arguments =
        ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Gets where the pictures are put.</summary>
    public static string Pictures { get; } = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots")).FullName;

    public async ValueTask InitializeAsync()
    {
        Assert.True(File.Exists(Chromium), $"{Chromium} is missing: install it with 'apt-get install -y chromium'. The mails and pages are looked at in it.");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = Arguments });
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
    internal async Task<IPage> ShowAsync(string html, string picture)
    {
        var page = await NewPageAsync();
        await page.SetContentAsync(html);
        await page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{picture}.png"), FullPage = true });
        return page;
    }

    /// <summary>Shows what is at an address, takes a picture of it, and answers the page to measure on.</summary>
    internal async Task<IPage> OpenAsync(string address, string picture)
    {
        var page = await NewPageAsync();
        await page.GotoAsync(address);
        await page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{picture}.png"), FullPage = true });
        return page;
    }

    private Task<IPage> NewPageAsync() => _browser!.NewPageAsync(new() { ViewportSize = new() { Width = Width, Height = 740 }, DeviceScaleFactor = 2, IsMobile = true, HasTouch = true });
}
