using IntegrationHub.Functions.Alerts.Digest;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

public sealed class DigestOrderTests
{
    [Fact]
    public void Each_currency_has_its_own_ranking_and_none_outweighs_another() => Assert.Equal(
        ["yen-high", "euro-high", "euro-low", "yen-low", "nothing"],
        Order(
            Lead("nothing", 0),
            Lead("euro-low", 2, (5m, "EUR")),
            Lead("yen-low", 3, (900_000m, "JPY")),
            Lead("euro-high", 5, (900m, "EUR")),
            Lead("yen-high", 4, (1_000_000m, "JPY"))));

    [Fact]
    public void A_leads_deals_count_together_and_its_best_place_counts() =>
        Assert.Equal(["two", "one", "both"], Order(Lead("both", 9, (4m, "EUR"), (4m, "USD")), Lead("one", 2, (5m, "USD")), Lead("two", 1, (3m, "EUR"), (3m, "EUR"))));

    [Fact]
    public void Without_amounts_what_has_been_due_longest_comes_first() => Assert.Equal(["old", "young"], Order(Lead("young", 2), Lead("old", 1)));

    private static IEnumerable<string> Order(params (Alert Alert, Journey Journey)[] leads) => DigestOrder.Of(leads, lead => lead.Journey, lead => lead.Alert).Select(lead => lead.Alert.Id);

    private static (Alert Alert, Journey Journey) Lead(string name, int dueAfterHours, params (decimal Amount, string Currency)[] deals) => (
        new() { Id = name, Kind = AlertKind.StageOverdue, Level = 1, Stage = FunnelStage.Evaluation, EnteredAt = Monday, DueAt = Monday.AddHours(dueAfterHours), At = Monday },
        JourneyOf([Claim(FunnelStage.Evaluation, Monday), .. deals.Select((deal, index) => OpenDeal($"{name}{index}", deal.Amount, deal.Currency, Monday))]));
}
