using System.Collections.Immutable;
using System.Net;
using System.Text.RegularExpressions;
using IntegrationHub.Functions.Alerts.Digest;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

public sealed partial class StallMailTests : IAsyncDisposable
{
    private static readonly LeadProfile Ada = new() { FirstName = "Ada", LastName = "Lovelace", Company = "Engines Ltd", Email = "ada@example.com", Phone = "+44 20 1234" };
    private static readonly MailLinks Links = new(
        new("https://crm.example.com/lead/00Q1"), new("https://hub.example.com/api/alerts/d"), new("https://hub.example.com/api/alerts/a"), new("https://hub.example.com/api/alerts/s"));

    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly HtmlRenderer _html;

    public StallMailTests() => _html = new(_services, NullLoggerFactory.Instance);

    public async ValueTask DisposeAsync()
    {
        await _html.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public void The_subject_says_how_long_of_how_long_which_company_and_what_now() =>
        Assert.Equal("[Evaluation 2 d 2 h of 2 d] Engines Ltd: call today", Mail(Team.Sales, Profile(Ada)).Subject);

    [Theory]
    [InlineData(AlertKind.StageOverdue, "Ada Lovelace of Engines Ltd has been on Evaluation for 2 days 2 hours; the limit is 2 days.")]
    [InlineData(AlertKind.HandoffNotAccepted, "Ada Lovelace of Engines Ltd has waited to be taken up for 6 hours; the limit is 4 hours.")]
    public void The_first_sentence_says_who_waits_for_what_and_how_long_of_how_long(AlertKind kind, string expected) =>
        Assert.StartsWith(expected, StallMailText.Render(Mail(Team.Sales, Policy, kind, Profile(Ada))), StringComparison.Ordinal);

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
        Assert.NotEqual(marketing.Next, sales.Next);
    }

    [Fact]
    public void Times_are_by_the_clock_of_the_team_that_reads()
    {
        var settings = Policy with { TeamCalendars = Policy.TeamCalendars.Add(Team.Marketing, new("Asia/Kolkata", "Mon-Sun", "00:00-24:00", [])) };

        Assert.Contains("Last touch: Sun 1 Mar, 14:30 Kolkata time", StallMailText.Render(Mail(Team.Marketing, settings, AlertKind.StageOverdue, Touched("Webinar"))), StringComparison.Ordinal);
        Assert.Contains("Last touch: Sun 1 Mar, 09:00 UTC", StallMailText.Render(Mail(Team.Sales, settings, AlertKind.StageOverdue, Touched("Webinar"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_deals_are_summed_by_currency_and_never_across()
    {
        var mail = Mail(Team.Sales, OpenDeal("1", 1_200.50m, "EUR", Monday), OpenDeal("2", 800m, "EUR", Monday), OpenDeal("3", 5m, "USD", Monday), OpenDeal("4", null, null, Monday));

        Assert.Contains(new("At stake", "EUR 2,000.50 + USD 5"), mail.Facts);
    }

    [Fact]
    public void What_nobody_knows_is_left_out() => Assert.Equal(["With"], Mail(Team.Sales).Facts.Select(fact => fact.Key));

    [Fact]
    public void The_last_touch_is_told_whoever_it_was() =>
        Assert.Contains(new("Last touch", "Sun 1 Mar, 09:00 UTC (sent a form of Webinar 2026)"), Mail(Team.Sales, Touched("Webinar 2026")).Facts);

    [Fact]
    public void What_sales_gave_back_is_told_in_their_words_and_no_offer_is_asked_for()
    {
        Fact[] facts = [Claim(FunnelStage.Evaluation, Monday, "salesforce", ToolSide.Crm), Profile(Ada), Returned(Monday.AddHours(1)) with { Reason = "Budget moved to next year" }];
        var state = StateOf(Id("1202"), Monday.AddHours(1), facts);
        var alert = new Alert { Id = "a2", Kind = AlertKind.StageOverdue, Level = 1, Stage = FunnelStage.Interest, EnteredAt = Monday.AddHours(1), DueAt = Monday.AddHours(49), At = Monday.AddHours(49) };

        var text = StallMailText.Render(StallMailRules.For(alert, state, JourneyOf(facts), new(Team.Marketing), Links, Policy));

        Assert.Contains("Given back: “Budget moved to next year”", text, StringComparison.Ordinal);
        Assert.Contains("Next: decide when to come back to them, or close it.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("offer", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lead_without_a_record_leads_to_its_page()
    {
        var text = StallMailText.Render(Mail(Team.Sales, Policy, AlertKind.StageOverdue, Links with { Record = null }));

        Assert.Contains("See the details: https://hub.example.com/api/alerts/d", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_leads_are_two_lines_each_in_both_parts()
    {
        var row = Mail(Team.Sales, Profile(Ada), OpenDeal("1", 12_000m, "EUR", Monday));
        var digest = new DigestMail { Rows = [row, row with { Who = "Grace <b>Hopper</b>", Company = null, What = "Not taken up", AgeOfLimit = "6 h of 4 h" }], MoreRows = 3, MovedOn = [new("Northwind", "was given back by sales")] };

        var html = await new MailRenderer(_html).RenderMailAsync<DigestMailHtml>(digest);

        string[] lines =
        [
            "5 leads wait, the longest first.",
            "Ada Lovelace, Engines Ltd", "Evaluation 2 d 2 h of 2 d: call about the deal", Links.Details.AbsoluteUri,
            "Grace <b>Hopper</b>", "Not taken up 6 h of 4 h: call about the deal", Links.Details.AbsoluteUri,
            "And 3 more.", "Moved on", "Northwind was given back by sales.",
        ];
        Assert.Equal(lines, DigestMailText.Render(digest).Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(lines.Where(line => !line.StartsWith("https:", StringComparison.Ordinal)), Visible(html));
        Assert.Equal(2, html.Split($"href=\"{Links.Details.AbsoluteUri}\"").Length - 1);
    }

    [Theory]
    [InlineData(AlertKind.StageOverdue, Team.Sales)]
    [InlineData(AlertKind.StageOverdue, Team.Marketing)]
    [InlineData(AlertKind.HandoffNotAccepted, Team.Sales)]
    [InlineData(AlertKind.HandoffNotAccepted, Team.Marketing)]
    public void Nobody_is_told_to_reach_a_person_who_opted_out(AlertKind kind, string owner)
    {
        foreach (var team in new[] { Team.Sales, Team.Marketing, "pr" })
        {
            foreach (var cause in Enum.GetValues<StallCause>())
            {
                var next = NextStepRules.Of(kind, new() { Cause = cause, Question = "Runs on premises?" }, team, owner, optedOut: true).ToString();

                Assert.DoesNotContain(["call", "write", "send", "offer", "mail", "contact", "reach", "come back"], word => next.Contains(word, StringComparison.OrdinalIgnoreCase));
            }
        }
    }

    [Fact]
    public async Task A_mail_about_somebody_who_opted_out_says_not_to_contact_them()
    {
        var mail = Mail(Team.Sales, Profile(Ada), OptedOut());

        Assert.Contains("Opted out: do not contact them.", StallMailText.Render(mail), StringComparison.Ordinal);
        Assert.Contains("Opted out: do not contact them.", await HtmlAsync(mail), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_two_parts_say_the_same()
    {
        var mail = Mail(Team.Sales, Profile(Ada), OpenDeal("1", 12_000m, "EUR", Monday));
        var html = string.Join(' ', Visible(await HtmlAsync(mail)));
        var text = StallMailText.Render(mail);

        var said = text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(line => UrlAtEnd().Replace(line, "").Replace(": ", " ", StringComparison.Ordinal));
        Assert.Equal(string.Join(' ', said), html.Replace(": ", " ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_element_carries_its_style_since_mail_programs_drop_style_sheets()
    {
        var html = await HtmlAsync(Mail(Team.Sales, Profile(Ada)));

        Assert.Matches("<body style=\"[^\"]*background: ?#f4f5f7", html);
        Assert.Matches("<a [^>]*style=\"[^\"]*background: ?#1a5fb4[^\"]*\"[^>]*>Open the record", html);
        Assert.DoesNotContain("<style", html, StringComparison.Ordinal);
        Assert.DoesNotContain("class=", html, StringComparison.Ordinal);
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
    public async Task A_mail_is_read_in_twenty_seconds(AlertKind kind)
    {
        var long_ = new LeadProfile { FirstName = "Ada B C D E F G H", LastName = "Lovelace-King of Ockham and All The Rest", Company = "The Analytical Engine and Difference Company of London, Paris and Turin Ltd" };
        var mail = Mail(Team.Marketing, Policy, kind, Profile(long_), OptedOut(), OpenDeal("1", 1m, "EUR", Monday), OpenDeal("2", 2m, "USD", Monday), OpenDeal("3", 3m, "GBP", Monday), OpenDeal("4", 4m, "JPY", Monday));

        // Four words a second, names of the longest kind included.
        Assert.InRange(string.Join(' ', Visible(await HtmlAsync(mail))).Split(' ').Count(word => word.Any(char.IsLetterOrDigit)), 20, 80);
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

    private static CampaignTouched Touched(string campaign) => new()
    {
        DedupeKey = "hubspot|form",
        Connector = "hubspot",
        Side = ToolSide.Marketing,
        OccurredAt = Monday.AddDays(-1),
        ReceivedAt = Monday.AddDays(-1),
        Touch = TouchKind.Form,
        Campaign = campaign,
    };

    /// <summary>The lines that people see of a mail's HTML part.</summary>
    private static string[] Visible(string html) =>
    [
        .. LineEnd().Replace(html[html.IndexOf("<body", StringComparison.Ordinal)..].ReplaceLineEndings(" "), "\n")
            .Split('\n')
            .Select(line => Space().Replace(WebUtility.HtmlDecode(Tag().Replace(line, "")), " ").Trim())
            .Where(line => line.Length > 0),
    ];

    [GeneratedRegex("<br[^>]*>|</p>|</a>|</tr>|</td>|</div>")]
    private static partial Regex LineEnd();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@": https://\S+$")]
    private static partial Regex UrlAtEnd();

    private static StallMail Mail(string team, params Fact[] facts) => Mail(team, Policy, AlertKind.StageOverdue, facts);

    private static StallMail Mail(string team, FunnelSettings settings, AlertKind kind, params Fact[] facts) => Mail(team, settings, kind, Links, facts);

    /// <summary>A lead on Evaluation since Monday, told of two hours after the limit.</summary>
    private static StallMail Mail(string team, FunnelSettings settings, AlertKind kind, MailLinks links, params Fact[] facts)
    {
        Fact[] all = [Claim(FunnelStage.Evaluation, Monday, "salesforce", ToolSide.Crm), .. facts];
        var journey = JourneyFold.Fold(Id("1201"), all, settings);
        var due = Monday + (kind == AlertKind.StageOverdue ? TimeSpan.FromDays(2) : TimeSpan.FromHours(4));
        var alert = new Alert { Id = "a1", Kind = kind, Level = 1, Stage = FunnelStage.Evaluation, EnteredAt = Monday, DueAt = due, At = due.AddHours(2) };
        var state = JourneyState.New(Id("1201")) with { Facts = all.ToImmutableDictionary(fact => fact.DedupeKey) };
        return StallMailRules.For(alert, state, journey, new(team), links, settings);
    }

    private Task<string> HtmlAsync(StallMail mail) => new MailRenderer(_html).RenderMailAsync<StallMailHtml>(mail);
}
