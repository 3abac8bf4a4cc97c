using System.Globalization;

namespace IntegrationHub.Funnel.Tests.Reports;

/// <summary>Who gets credit for a won deal, and whether campaigns begin in time.</summary>
public sealed class CreditTests
{
    private static readonly CreditSettings Usual = new();

    private static readonly CreditDeal Six = Deal(
        "2026-02-10", "2026-03-05", "2026-04-10", ("Spring", "2025-10-01"), ("Webinar", "2026-02-10"), ("Fair", "2026-03-01"), ("Newsletter", "2026-03-20"));

    [Theory]
    [InlineData(CreditModel.Milestones, "Spring 300.00, Webinar 300.00, Fair 300.00, Newsletter 100.00")]
    [InlineData(CreditModel.First, "Spring 1000.00")]
    [InlineData(CreditModel.Last, "Newsletter 1000.00")]
    [InlineData(CreditModel.Linear, "Spring 250.00, Webinar 250.00, Fair 250.00, Newsletter 250.00")]
    [InlineData(CreditModel.Ends, "Spring 400.00, Webinar 400.00, Fair 100.00, Newsletter 100.00")]
    [InlineData(CreditModel.Decay, "Spring 93.75, Webinar 259.11, Fair 299.94, Newsletter 347.20")]
    public void Credit_is_shared_by_the_model(CreditModel model, string credits) => Assert.Equal(credits, Credits(Six, 1_000, "EUR", model));

    [Fact]
    public void The_spread_is_of_the_models_that_share() => Assert.Equal((93.75m, 400m), CreditRules.SpreadOf(Six, 1_000, "EUR", "Spring", Usual));

    [Theory]
    [InlineData(100, "EUR", "A 33.34, B 33.33, C 33.33")]
    [InlineData(100, "JPY", "A 34, B 33, C 33")]
    [InlineData(0.005, "EUR", "A 0.005, B 0.000, C 0.000")]
    public void Money_is_split_to_the_minor_unit_and_the_earlier_touch_gets_the_rest(double amount, string currency, string credits) =>
        Assert.Equal(credits, Credits(Deal(null, "2026-03-05", "2026-04-10", ("A", "2026-01-01"), ("B", "2026-01-02"), ("C", "2026-01-03")), (decimal)amount, currency, CreditModel.Linear));

    [Fact]
    public void A_part_that_nobody_holds_falls_away() => Assert.Equal(
        "A 600.00, B 300.00", Credits(Deal("2026-01-01", "2026-03-05", "2026-04-10", ("A", "2026-01-01"), ("B", "2026-02-01")), 900, "EUR", CreditModel.Milestones));

    [Theory]
    [InlineData("2024-04-10", "A 500.00")]
    [InlineData("2024-04-09", "(no campaign known) 500")]
    [InlineData("2024-03-10", "(no campaign known) 500")]
    [InlineData("2026-04-11", "(no campaign known) 500")]
    public void A_touch_counts_from_the_lookback_to_the_win(string touched, string credits) =>
        Assert.Equal(credits, Credits(Deal(null, "2026-03-05", "2026-04-10", ("A", touched)), 500, "EUR", CreditModel.Milestones));

    [Fact]
    public void A_deal_without_a_touch_gives_its_credit_to_no_known_campaign()
    {
        Assert.Equal("(no campaign known) 500", Credits(Deal(null, "2026-03-05", "2026-04-10"), 500, "EUR", CreditModel.Milestones));
        Assert.Equal(CreditPart.Neither, CreditRules.PartOf(Deal(null, "2026-03-05", "2026-04-10"), Usual));
    }

    [Fact]
    public void Many_touches_of_a_campaign_on_one_day_are_one_touch()
    {
        var once = Deal(null, "2026-03-05", "2026-04-10", ("A", "2026-01-01T08:00"), ("B", "2026-01-02"));
        var often = Deal(null, "2026-03-05", "2026-04-10", ("A", "2026-01-01T08:00"), ("A", "2026-01-01T09:00"), ("B", "2026-01-02"));

        Assert.Equal(Credits(once, 100, "EUR", CreditModel.Linear), Credits(often, 100, "EUR", CreditModel.Linear));
    }

    [Fact]
    public void A_repeat_deal_credits_what_came_after_the_deal_before_if_anything_did()
    {
        var deal = Deal(null, "2026-03-05", "2026-04-10", ("A", "2026-01-01"), ("B", "2026-02-01"));
        CreditDeal After(string won) => deal with { WonBefore = new Dictionary<string, DateTimeOffset> { ["ada"] = Time(won) } };

        Assert.Equal("B 100.00", Credits(After("2026-01-15"), 100, "EUR", CreditModel.Linear));
        Assert.Equal("A 50.00, B 50.00", Credits(After("2026-02-15"), 100, "EUR", CreditModel.Linear));
    }

    [Theory]
    [InlineData("2026-03-04", null, CreditPart.Sourced)]
    [InlineData("2026-03-04", "2026-03-04T12:00", CreditPart.Sourced)]
    [InlineData("2026-03-04", "2026-03-03", CreditPart.Influenced)]
    [InlineData("2026-03-06", null, CreditPart.Influenced)]
    public void A_deal_is_sourced_or_influenced_and_never_both(string touched, string? sales, CreditPart part) => Assert.Equal(
        part, CreditRules.PartOf(Deal(null, "2026-03-05", "2026-04-10", ("A", touched)) with { SalesSince = sales is null ? null : Time(sales) }, Usual));

    [Fact]
    public void Credits_add_up_to_the_amount_whatever_the_model()
    {
        var random = new Random(7);
        for (var run = 0; run < 300; run++)
        {
            var touches = Enumerable.Range(0, random.Next(0, 9)).Select(_ => ($"C{random.Next(5)}", new DateOnly(2026, 1, 1).AddDays(random.Next(99)).ToString("O", CultureInfo.InvariantCulture)));
            var deal = Deal(random.Next(2) == 0 ? null : "2026-01-20", "2026-02-10", "2026-04-10", [.. touches]);
            var amount = random.Next(0, 1_000_000) / 100m;
            foreach (var model in Enum.GetValues<CreditModel>())
            {
                Assert.Equal(amount, CreditRules.CreditsOf(deal, amount, "EUR", model, Usual).Sum(credit => credit.Amount));
            }
        }
    }

    [Theory]
    [InlineData("2026-02-01", 2, LeadTimeVerdict.TooShort)]
    [InlineData("2025-10-01", 6, LeadTimeVerdict.Ok)]
    [InlineData("2025-10-02", 5, LeadTimeVerdict.TooShort)]
    [InlineData("2025-04-01", 12, LeadTimeVerdict.Ok)]
    [InlineData("2025-03-31", 12, LeadTimeVerdict.Ok)]
    [InlineData("2025-03-01", 13, LeadTimeVerdict.TooLong)]
    [InlineData("2026-04-02", -1, LeadTimeVerdict.TooShort)]
    [InlineData(null, null, LeadTimeVerdict.Unknown)]
    public void A_lead_time_is_whole_months_before_the_push(string? start, int? months, LeadTimeVerdict verdict) =>
        Assert.Equal(new LeadTime(months, verdict), TempoRules.LeadTimeOf(start is null ? null : Day(start), Day("2026-04-01"), 6, 12));

    [Fact]
    public void Commitment_is_credited_by_the_age_of_the_campaign_at_the_win()
    {
        var starts = new Dictionary<string, DateOnly?> { ["Spring"] = Day("2025-09-01"), ["Webinar"] = Day("2026-02-01"), ["Fair"] = Day("2025-04-01"), ["Newsletter"] = null };

        var byAge = CreditRules.CreditsOf(Six, 1_000, "EUR", CreditModel.Milestones, Usual)
            .GroupBy(credit => TempoRules.AgeOf(starts[credit.Campaign], Day("2026-04-10"))).ToDictionary(age => age.Key, age => age.Sum(credit => credit.Amount));

        Assert.Equal((300, 300, 300, 100), (byAge[CampaignAge.Under6], byAge[CampaignAge.From6To12], byAge[CampaignAge.Over12], byAge[CampaignAge.Unknown]));
    }

    private static CreditDeal Deal(string? interest, string opened, string won, params (string Campaign, string At)[] touches) => new()
    {
        Touches = [.. touches.Select(touch => new CreditTouch(touch.Campaign, "ada", Time(touch.At)))],
        InterestAt = interest is null ? null : Time(interest),
        OpenedAt = Time(opened),
        WonAt = Time(won),
    };

    private static string Credits(CreditDeal deal, decimal amount, string currency, CreditModel model) => string.Join(
        ", ", CreditRules.CreditsOf(deal, amount, currency, model, Usual).Select(credit => string.Create(CultureInfo.InvariantCulture, $"{credit.Campaign} {credit.Amount}")));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static DateOnly Day(string text) => DateOnly.Parse(text, CultureInfo.InvariantCulture);
}
