using System.Collections.Immutable;
using static IntegrationHub.Funnel.FunnelStage;
using static IntegrationHub.Funnel.Tests.Given;

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

    private static HandoffBrief Brief(params Fact[] facts) => Brief(Settings, facts);

    private static HandoffBrief Brief(FunnelSettings settings, Fact[] facts)
    {
        var decision = JourneyRules.Decide(JourneyState.New(Lead), facts, settings, Start.AddDays(1));
        return HandoffBrief.For(Assert.Single(decision.State.Ledger.Handoffs), decision.Journey, facts, settings);
    }
}
