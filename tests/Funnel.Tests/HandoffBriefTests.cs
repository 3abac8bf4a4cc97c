using System.Collections.Immutable;
using static IntegrationHub.Funnel.FunnelStage;
using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests;

public sealed class HandoffBriefTests
{
    [Fact]
    public void A_brief_says_who_why_now_what_they_saw_and_what_is_missing()
    {
        var brief = Brief(
            Profile(new() { FirstName = "Ada", LastName = "Lovelace", Company = "Contoso", Email = "ada@example.com" }, 0),
            Touch(TouchKind.Form, 5, "Spring", "Budget: 5000"),
            Touch(TouchKind.PageVisit, 6, null, "/pricing"),
            MarketingClaims(Evaluation, 10, "salesqualifiedlead"));

        Assert.Equal(("Ada Lovelace", "Contoso", "Evaluation"), (brief.Who, brief.Company, brief.Stage));
        Assert.Equal("hubspot put the lead on Evaluation (salesqualifiedlead)", brief.WhyNow);
        Assert.Equal(["2 Mar 2026: looked at a page: /pricing", "2 Mar 2026: sent a form of Spring: Budget: 5000"], brief.Story.AsEnumerable());
        Assert.Equal(["phone", "budget"], brief.Missing.AsEnumerable());
        Assert.False(brief.OptedOut);
    }

    [Fact]
    public void Somebody_of_whom_nothing_is_known_is_a_lead_without_a_name()
    {
        Assert.Equal("A lead without a name", Brief(MarketingClaims(Evaluation, 0)).Who);
        Assert.Equal(["name", "company", "e-mail", "phone", "budget"], Brief(MarketingClaims(Evaluation, 0)).Missing.AsEnumerable());
        Assert.Equal("Contoso", Brief(MarketingClaims(Evaluation, 0), Profile(new() { Company = "Contoso" }, 1)).Who);
        Assert.Equal("Lovelace", Brief(MarketingClaims(Evaluation, 0), Profile(new() { LastName = "Lovelace" }, 1)).Who);
    }

    [Fact]
    public void A_deal_with_an_amount_is_a_budget() =>
        Assert.DoesNotContain("budget", Brief(MarketingClaims(Evaluation, 0), Deal("a", DealStatus.Open, 1, amount: 0.01m)).Missing);

    [Fact]
    public void The_story_has_the_latest_five_and_tells_repetition_once()
    {
        var brief = Brief(
        [
            MarketingClaims(Evaluation, 0),
            .. Enumerable.Range(1, 6).Select(minute => Touch(TouchKind.Click, minute, $"Mail {minute}")),
            .. Enumerable.Range(10, 3).Select(minute => Touch(TouchKind.Open, minute, "News")),
        ]);

        Assert.Equal(
            [
                "2 Mar 2026: opened a mail of News (3 times)",
                "2 Mar 2026: followed a link of Mail 6",
                "2 Mar 2026: followed a link of Mail 5",
                "2 Mar 2026: followed a link of Mail 4",
                "2 Mar 2026: followed a link of Mail 3",
            ],
            brief.Story.AsEnumerable());
    }

    [Fact]
    public void Dates_are_those_of_the_receiving_team()
    {
        var sydney = Settings with { TeamCalendars = ImmutableDictionary.CreateRange([KeyValuePair.Create(Team.Sales, new BusinessCalendar("Australia/Sydney", "Mon-Fri", "09:00-17:00", []))]) };

        Assert.Equal(["3 Mar 2026: opened a mail"], Brief(sydney, [MarketingClaims(Evaluation, 0), Touch(TouchKind.Open, 5 * 60)]).Story.AsEnumerable());
    }

    [Fact]
    public void Content_suits_stage_and_segment_with_the_tactical_first_for_sales()
    {
        var brief = Brief(WithContent(), [MarketingClaims(Evaluation, 0), Profile(new() { Segment = "Enterprise" }, 1)]);

        Assert.Equal(["Case study", "Comparison", "ROI calculator", "Vision"], brief.Content.Select(item => item.Title));
        Assert.Contains("- ROI calculator (tactical): https://example.com/roi", brief.ToLines());
    }

    [Fact]
    public void For_marketing_the_visionary_comes_first()
    {
        var settings = WithContent();
        var journey = JourneyFold.Fold(Lead, [MarketingClaims(Interest, 0)], settings);

        Assert.Equal(["Vision"], ContentRules.Suggest(Team.Marketing, Interest, journey, settings).Select(item => item.Title));
        Assert.Equal(["Vision", "Comparison", "ROI calculator"], ContentRules.Suggest(Team.Marketing, Evaluation, journey, settings).Select(item => item.Title));
    }

    [Fact]
    public void Nobody_who_has_opted_out_is_to_be_shown_anything()
    {
        var brief = Brief(WithContent(), [MarketingClaims(Evaluation, 0), Consent(ConsentState.OptedOut, 5)]);

        Assert.Empty(brief.Content);
        Assert.Contains("Has opted out of e-mail: do not write to them.", brief.ToLines());
    }

    [Fact]
    public void Completeness_is_the_share_of_what_the_team_wants_to_know()
    {
        Assert.Equal(0, Brief(MarketingClaims(Evaluation, 0)).Completeness);
        Assert.Equal(0.4, Brief(MarketingClaims(Evaluation, 0), Profile(new() { FirstName = "Ada", Company = "Contoso" }, 0)).Completeness);
        var all = Brief(MarketingClaims(Evaluation, 0), Profile(new() { FirstName = "Ada", Company = "C", Email = "a@example.com", Phone = "1" }, 0), Deal("a", DealStatus.Open, 1, amount: 1));
        Assert.Equal(1, all.Completeness);
        Assert.Empty(all.Missing);
    }

    [Fact]
    public void Whatever_people_and_tools_write_each_line_is_one_line_and_short()
    {
        var nasty = $"<b>Ada</b>\r\nBcc: everybody@example.com \u202Etxt.exe {new string('x', 500)}";
        var brief = Brief(MarketingClaims(Evaluation, 0, nasty), Profile(new() { FirstName = nasty, Company = nasty }, 0), Touch(TouchKind.Form, 1, nasty, nasty));

        Assert.All(brief.ToLines(), line =>
        {
            Assert.DoesNotContain(line, character => char.IsControl(character) || character == '\u202E');
            Assert.InRange(line.Length, 0, 250);
        });
    }

    [Fact]
    public void The_lines_end_with_the_record_where_the_story_is() =>
        Assert.Equal("- hubspot: https://app.example.com/1201", (Brief(MarketingClaims(Evaluation, 0)) with { Links = [new(HubSpot, new("https://app.example.com/1201"))] }).ToLines()[^1]);

    [Fact]
    public void An_opt_out_is_said() => Assert.True(Brief(MarketingClaims(Evaluation, 0), Consent(ConsentState.OptedOut, 5)).OptedOut);

    [Fact]
    public void Of_an_erased_person_nothing_is_told()
    {
        var handoff = JourneyRules.Decide(JourneyState.New(Lead), [MarketingClaims(Evaluation, 0)], Settings, Start).State.Ledger.Handoffs[0];
        Fact[] facts = [MarketingClaims(Evaluation, 0), Profile(new() { FirstName = "Ada", Company = "Contoso" }, 1), Touch(TouchKind.Form, 2, "Spring", "ada"), Erased(3)];
        var brief = HandoffBrief.For(handoff, Folded(facts), facts, Settings);

        Assert.Equal(("A lead without a name", null), (brief.Who, brief.Company));
        Assert.Empty(brief.Story);
    }

    private static FunnelSettings WithContent() => Settings with
    {
        Content =
        [
            new() { Title = "Vision", Url = new("https://example.com/vision"), Style = ContentStyle.Visionary },
            new() { Title = "ROI calculator", Url = new("https://example.com/roi"), Style = ContentStyle.Tactical, Stages = [Evaluation] },
            new() { Title = "Comparison", Url = new("https://example.com/compare"), Style = ContentStyle.Tactical, Stages = [Evaluation, Commitment] },
            new() { Title = "Contract", Url = new("https://example.com/contract"), Style = ContentStyle.Tactical, Stages = [Commitment] },
            new() { Title = "Case study", Url = new("https://example.com/case"), Style = ContentStyle.Tactical, Stages = [Evaluation], Segment = "enter*" },
        ],
    };

    private static HandoffBrief Brief(params Fact[] facts) => Brief(Settings, facts);

    private static HandoffBrief Brief(FunnelSettings settings, Fact[] facts)
    {
        var decision = JourneyRules.Decide(JourneyState.New(Lead), facts, settings, Start.AddDays(1));
        return HandoffBrief.For(Assert.Single(decision.State.Ledger.Handoffs), decision.Journey, facts, settings);
    }
}
