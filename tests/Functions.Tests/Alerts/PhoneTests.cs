using System.Text.RegularExpressions;
using IntegrationHub.Functions.Alerts.Sending;
using IntegrationHub.Funnel;
using IntegrationHub.Tests.Support.Browsers;
using Microsoft.Playwright;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

/// <summary>Mails and pages on a phone, with ordinary names and with hostile ones.</summary>
[Collection<InBrowser>]
public sealed partial class PhoneTests(Azurite azurite, Browser browser)
{
    private const int Tappable = 44;
    private static readonly DateTimeOffset Due = Monday.AddDays(2);

    private static readonly LeadProfile[] Hostile =
    [
        new() { FirstName = "<script>alert(1)</script>", LastName = "\"><img src=x onerror=alert(1)>", Company = "</td></table><a href='https://evil.example'>Click</a>" },
        new() { FirstName = "Ada\r\nBcc: all@example.com", LastName = "Lovelace\nSubject: free", Company = "Engines\r\nX-Evil: 1" },
        new() { FirstName = "\u202Eevil", LastName = "txt.exe\u2066", Company = "\u202Edetimil senignE" },
        new() { FirstName = "👩‍💻", LastName = "دانا נועה", Company = "شركة 👨‍👩‍👧 株式会社" },
        new() { FirstName = new string('W', 400), LastName = string.Concat(Enumerable.Repeat("Donaudampfschiff", 40)), Company = new string('M', 300) },
        new() { FirstName = "\u200B\u200D", LastName = "\uFEFF", Company = "\u200B" },
    ];

    private readonly StillTimeProvider _clock = new(Monday);

    [Fact]
    public async Task A_mail_about_one_lead_fits_a_phone()
    {
        await using var world = await WorldAsync();
        await world.LeadAsync(Id("phone"), OpenDeal("phone", 12_000m, "EUR", Monday));

        await FitsAsync(await MailAsync(world), "single");
    }

    [Fact]
    public async Task A_mail_about_several_leads_fits_a_phone()
    {
        await using var world = await WorldAsync();
        await LeadsAsync(world, "several", [new() { FirstName = "Grace", LastName = "Hopper", Company = "Compiler Works" }, new() { FirstName = "Alan", LastName = "Turing", Company = "Bletchley Machines" }, new() { LastName = "Jackson", Company = "Windtunnel Ltd" }]);

        await world.Hub.StartAsync();
        var mail = await MailAsync(world);

        await FitsAsync(mail, "digest");
        var page = await browser.OpenAsync($"{world.Hub.Url}{Details().Match(mail.Text).Groups[1].Value}", "page-details");
        await MeasureAsync(page, "button, a");
    }

    [Theory]
    [InlineData(0, "acknowledge")]
    [InlineData(1, "snooze")]
    public async Task The_page_behind_a_link_fits_a_phone_and_works_there(int link, string picture)
    {
        await using var world = await WorldAsync();
        await world.LeadAsync(Id($"page{link}"));
        await world.Hub.StartAsync();
        var address = $"{world.Hub.Url}{Link().Matches((await MailAsync(world)).Text)[link].Groups[1].Value}";

        var page = await browser.OpenAsync(address, $"page-{picture}");
        await MeasureAsync(page, "button, input");
        await page.Locator("button").First.ClickAsync();
        await page.WaitForLoadStateAsync();
        await Browser.TakePictureAsync(page, $"page-{picture}-done");

        Assert.Equal("Done", await page.Locator("h1").InnerTextAsync());
        Assert.Single((await world.Hub.StateAsync(Id($"page{link}"))).Ledger.Silences);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_hostile_name_breaks_no_mail_and_no_page(int which)
    {
        await using var world = await WorldAsync();
        await LeadsAsync(world, $"hostile{which}", [Hostile[which]]);
        await world.Hub.StartAsync();
        var mail = await MailAsync(world);

        await FitsAsync(mail, $"hostile-{which}");
        AssertClean(mail);
        var page = await browser.OpenAsync($"{world.Hub.Url}{Link().Matches(mail.Text)[0].Groups[1].Value}", $"hostile-page-{which}");
        await MeasureAsync(page, "button, input");
        Assert.Equal(0, await page.Locator("script, img, a").CountAsync());
    }

    [Fact]
    public async Task Hostile_names_together_break_no_digest()
    {
        await using var world = await WorldAsync();
        await LeadsAsync(world, "hostileAll", Hostile);

        var mail = await MailAsync(world);

        await FitsAsync(mail, "hostile-digest");
        AssertClean(mail);
    }

    private Task<MailWorld> WorldAsync() => MailWorld.CreateAsync(azurite, _clock, [], MailWorld.BothTeams);

    private static async Task LeadsAsync(MailWorld world, string name, LeadProfile[] people)
    {
        foreach (var (index, person) in people.Index())
        {
            await world.Hub.LeadAsync(Id($"{name}{index}"), Claim(FunnelStage.Interest, Monday), Profile(person));
        }
    }

    private static async Task<OutgoingMail> MailAsync(MailWorld world)
    {
        await world.SweepAsync(Due);
        await world.SendAsync(Due.AddMinutes(1));
        return Assert.Single(world.Server.To("sales@example.com"));
    }

    private async Task FitsAsync(OutgoingMail mail, string picture)
    {
        var page = await browser.ShowAsync(mail.Html, picture);
        await MeasureAsync(page, "a");
        Assert.Equal(0, await page.Locator("script, img, iframe").CountAsync());
        Assert.Equal(await page.Locator("a").CountAsync(), await page.Locator("a[href^='http://localhost:7071/api/']").CountAsync());
    }

    /// <summary>Nothing sticks out at the side, and a thumb meets what is to be tapped.</summary>
    private static async Task MeasureAsync(IPage page, string tapped)
    {
        Assert.InRange(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 1, Browser.Width);
        var places = await page.Locator(tapped).AllAsync();
        Assert.NotEmpty(places);
        foreach (var place in places)
        {
            var box = (await place.BoundingBoxAsync())!;
            Assert.True(box.Height >= Tappable && box.Width >= Tappable, $"{await place.InnerTextAsync()} is {box.Width} × {box.Height}");
        }
    }

    private static void AssertClean(OutgoingMail mail)
    {
        Assert.DoesNotContain(mail.Subject, character => char.IsControl(character) || character is '\u202E' or '\u2066' or '\u200B');
        Assert.DoesNotContain(mail.Text, character => character is '\u202E' or '\u2066' or '\u200B' or '\0');
        Assert.DoesNotContain(mail.Text.Split("\r\n"), line => line.StartsWith("Bcc:", StringComparison.Ordinal) || line.StartsWith("X-Evil:", StringComparison.Ordinal));
        Assert.DoesNotContain("\n", mail.Text.Replace("\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.InRange(mail.Subject.Length, 1, 250);
    }

    [GeneratedRegex(@"(?:We are on it|Not now): http://localhost:7071/(api/alerts/\S+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^http://localhost:7071/(api/alerts/\S+)", RegexOptions.Multiline)]
    private static partial Regex Details();
}
