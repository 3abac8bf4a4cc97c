using System.Globalization;
using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests.Reports;

/// <summary>Facts with times, and the report that they make.</summary>
internal static class Months
{
    public static readonly FunnelSettings Berlin = Settings with { Reports = new() { TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") } };

    public static Fact Visit(string at) => On(Touch(TouchKind.PageVisit, 0), at);

    public static Fact Form(string at, string? campaign = null) => On(Touch(TouchKind.Form, 0, campaign), at);

    public static Fact Claim(FunnelStage stage, string at) => On(MarketingClaims(stage, 0), at);

    public static Fact GivenBack(string reason, string at) => On(Returned(reason, 0), at);

    public static DealChanged Opened(string deal, string at) => (DealChanged)On(Deal(deal, DealStatus.Open, 0), at);

    public static DealChanged Lost(string deal, string at) => (DealChanged)On(Deal(deal, DealStatus.Lost, 0), at);

    public static DealChanged Won(string deal, string at, decimal? amount = null, string? currency = null) =>
        (DealChanged)On(Deal(deal, DealStatus.Won, 0, amount: amount, currency: currency), at);

    public static Fact On(Fact fact, string at)
    {
        var time = DateTimeOffset.Parse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return fact with { OccurredAt = time, ReceivedAt = time, DedupeKey = $"{fact.GetType().Name}|{at}|{(fact as DealChanged)?.DealId}" };
    }

    public static JourneyState StateOf(params Fact[] facts) => JourneyRules.Decide(JourneyState.New(Lead), facts, Berlin, Start).State;

    /// <summary>The report of leads, each with its facts. A deal of several leads is one.</summary>
    public static FunnelReport ReportOf(string from, string to, string today, params Fact[][] leads) => ReportOf(TallyViews.All, from, to, today, leads);

    public static FunnelReport ReportOf(string view, string from, string to, string today, params Fact[][] leads) =>
        OfTallies(view, from, to, today, [.. leads.Select(facts => TallyRules.Of(StateOf(facts), Berlin))]);

    public static FunnelReport OfTallies(string view, string from, string to, string today, IReadOnlyList<LeadTally> tallies)
    {
        var deals = tallies.SelectMany((tally, lead) => tally.Deals.Select(deal => (deal.Key, Lead: $"lead{lead}", Word: deal.Value))).GroupBy(word => word.Key)
            .Select(deal => TallyRules.OfDeal(deal.ToDictionary(word => word.Lead, word => word.Word)));
        var sums = tallies.Select(tally => tally.Tally).Concat(deals).SelectMany(tally => tally.Cells).Where(cell => cell.Key.View == view)
            .GroupBy(cell => cell.Key.Month)
            .Select(month => (month.Key, (IReadOnlyDictionary<string, decimal>)month.GroupBy(cell => cell.Key.Key).ToDictionary(cell => cell.Key, cell => cell.Sum(each => each.Value))));
        return FunnelReportRules.Of(view, sums, Day(from), Day(to), Day(today), Berlin);
    }

    public static StageFigures Of(this FunnelReport report, FunnelStage stage) => report.Stages.Single(its => its.Stage == stage);

    /// <summary>Converted of reached.</summary>
    public static (int Converted, int Reached) Conversion(this FunnelReport report, FunnelStage from, FunnelStage to)
    {
        var conversion = report.Of(from).Conversions.Single(its => its.To == to);
        return (conversion.Converted, conversion.Reached);
    }

    private static DateOnly Day(string text) => DateOnly.Parse(text, CultureInfo.InvariantCulture);
}
