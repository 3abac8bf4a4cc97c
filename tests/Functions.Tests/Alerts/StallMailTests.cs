using System.Net;
using IntegrationHub.Functions.Alerts.Digest;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

public sealed class StallMailTests : IAsyncDisposable
{
    private static readonly LeadProfile Ada = new() { FirstName = "Ada", LastName = "Lovelace", Company = "Engines Ltd", Email = "ada@example.com", Phone = "+44 20 1234" };
    private static readonly MailLinks Links = new(new("https://crm.example.com/lead/00Q1"), new("https://hub.example.com/api/alerts/a"), new("https://hub.example.com/api/alerts/s"));

    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly HtmlRenderer _html;

    public StallMailTests() => _html = new(_services, NullLoggerFactory.Instance);

    public async ValueTask DisposeAsync()
    {
        await _html.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public void The_subject_says_stage_age_limit_company_and_action() =>
        Assert.Equal("[Evaluation 2 d 2 h, limit 2 d] Engines Ltd: call today, or book the next step", Mail(Team.Sales, Profile(Ada)).Subject);

    [Fact]
    public void A_lead_without_a_company_is_named_in_the_subject() =>
        Assert.Contains("] Ada Lovelace: ", Mail(Team.Sales, Profile(Ada with { Company = null })).Subject, StringComparison.Ordinal);

    [Fact]
    public void A_lead_without_a_name_and_company_is_told_without_its_address()
    {
        var mail = Mail(Team.Sales, Profile(new LeadProfile { Email = "ada@example.com" }));

        Assert.Equal("A lead without a name", mail.Who);
        Assert.DoesNotContain("ada@example.com", StallMailText.Render(mail), StringComparison.Ordinal);
    }

    [Fact]
    public void Both_teams_read_the_same_facts_and_another_action()
    {
        var (marketing, sales) = (Mail(Team.Marketing, Profile(Ada)), Mail(Team.Sales, Profile(Ada)));

        Assert.Equal(marketing.Facts, sales.Facts);
        Assert.NotEqual(marketing.Action, sales.Action);
    }

    [Fact]
    public void Times_are_by_the_clock_of_the_team_that_reads()
    {
        var settings = Policy with { TeamCalendars = Policy.TeamCalendars.Add(Team.Marketing, new("Asia/Kolkata", "Mon-Sun", "00:00-24:00", [])) };

        Assert.Contains("since 2 Mar 2026 14:30 UTC+05:30", StallMailText.Render(Mail(Team.Marketing, settings, AlertKind.StageOverdue)), StringComparison.Ordinal);
        Assert.Contains("since 2 Mar 2026 09:00 UTC+00:00", StallMailText.Render(Mail(Team.Sales, settings, AlertKind.StageOverdue)), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_deals_are_summed_by_currency_and_never_across()
    {
        var mail = Mail(Team.Sales, OpenDeal("1", 1_200.50m, "EUR", Monday), OpenDeal("2", 800m, "EUR", Monday), OpenDeal("3", 5m, "USD", Monday), OpenDeal("4", null, null, Monday));

        Assert.Equal("EUR 2,000.5 + USD 5", mail.Value);
    }

    [Fact]
    public void A_lead_without_an_open_amount_says_so() => Assert.Equal("no open deal with an amount", Mail(Team.Sales).Value);

    [Theory]
    [InlineData(AlertKind.StageOverdue, Team.Sales)]
    [InlineData(AlertKind.StageOverdue, Team.Marketing)]
    [InlineData(AlertKind.HandoffNotAccepted, Team.Sales)]
    [InlineData(AlertKind.HandoffNotAccepted, Team.Marketing)]
    public void Nobody_is_told_to_reach_a_person_who_opted_out(AlertKind kind, string owner)
    {
        foreach (var team in new[] { Team.Sales, Team.Marketing, "pr" })
        {
            var action = StallMailRules.ActionOf(kind, team, owner, optedOut: true);

            Assert.DoesNotContain(["call", "write", "send", "offer", "mail", "contact", "reach"], word => action.Contains(word, StringComparison.OrdinalIgnoreCase));
            Assert.NotEqual(StallMailRules.ActionOf(kind, team, owner, optedOut: false), action);
        }
    }

    [Fact]
    public async Task A_mail_about_somebody_who_opted_out_says_not_to_contact_them()
    {
        var mail = Mail(Team.Sales, Profile(Ada), OptedOut());

        Assert.Contains("opted out, do not contact", StallMailText.Render(mail), StringComparison.Ordinal);
        Assert.Contains("opted out, do not contact", await HtmlAsync(mail), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_two_parts_say_the_same()
    {
        var mail = Mail(Team.Sales, Profile(Ada), OpenDeal("1", 12_000m, "EUR", Monday));
        var html = WebUtility.HtmlDecode(await HtmlAsync(mail));
        var text = StallMailText.Render(mail);

        Assert.All([.. mail.Facts.SelectMany(fact => new[] { fact.Key, fact.Value }), mail.Action, mail.Problem, mail.Link.AbsoluteUri], said =>
        {
            Assert.Contains(said, html, StringComparison.Ordinal);
            Assert.Contains(said, text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Neither_address_nor_phone_is_told()
    {
        var text = StallMailText.Render(Mail(Team.Sales, Profile(Ada)));

        Assert.DoesNotContain(Ada.Email!, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Ada.Phone!, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AlertKind.StageOverdue)]
    [InlineData(AlertKind.HandoffNotAccepted)]
    public void A_mail_has_at_most_120_words(AlertKind kind)
    {
        var long_ = new LeadProfile { FirstName = "Ada B C D E F G H", LastName = "Lovelace-King of Ockham and All The Rest", Company = "The Analytical Engine and Difference Company of London, Paris and Turin Ltd" };
        var mail = Mail(Team.Marketing, Policy, kind, Profile(long_), OptedOut(), OpenDeal("1", 1m, "EUR", Monday), OpenDeal("2", 2m, "USD", Monday), OpenDeal("3", 3m, "GBP", Monday), OpenDeal("4", 4m, "JPY", Monday));

        Assert.InRange(StallMailText.Render(mail).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 20, 120);
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("</td></table><a href='https://evil.example'>x</a>")]
    public async Task Markup_in_a_name_stays_text(string name)
    {
        var html = await HtmlAsync(Mail(Team.Sales, Profile(new LeadProfile { LastName = name, Company = name })));

        Assert.DoesNotContain(name, html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.Equal(3, html.Split("<a ").Length - 1);
        Assert.Contains(name, WebUtility.HtmlDecode(html), StringComparison.Ordinal);
    }

    [Fact]
    public void A_subject_is_one_line_whatever_a_name_holds()
    {
        var mail = Mail(Team.Sales, Profile(new LeadProfile { Company = "Engines\r\nBcc: all@example.com\u202E" }));

        Assert.DoesNotContain(mail.Subject, character => char.IsControl(character) || character == '\u202E');
        Assert.Contains("Engines Bcc: all@example.com", mail.Subject, StringComparison.Ordinal);
    }

    private static StallMail Mail(string team, params Fact[] facts) => Mail(team, Policy, AlertKind.StageOverdue, facts);

    /// <summary>A lead on Evaluation since Monday, told of two hours after the limit.</summary>
    private static StallMail Mail(string team, FunnelSettings settings, AlertKind kind, params Fact[] facts)
    {
        var journey = JourneyFold.Fold(Id("1201"), [Claim(FunnelStage.Evaluation, Monday, "salesforce", ToolSide.Crm), .. facts], settings);
        var due = Monday + (kind == AlertKind.StageOverdue ? TimeSpan.FromDays(2) : TimeSpan.FromHours(4));
        var alert = new Alert { Id = "a1", Kind = kind, Level = 1, Stage = FunnelStage.Evaluation, EnteredAt = Monday, DueAt = due, At = due.AddHours(2) };
        return StallMailRules.For(alert, journey, JourneyLedger.Empty, new(team), Links, settings);
    }

    private Task<string> HtmlAsync(StallMail mail) => new MailRenderer(_html).RenderAsync<StallMailHtml>(mail);
}
