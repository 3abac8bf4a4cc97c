using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>Orders the leads of a mail by value without comparing currencies. Each currency ranks its open deals by
/// amount; the mail takes the first of each ranking, then the seconds, and so on. Leads without an amount come last. A
/// tie falls to the longest overdue. Pure.</summary>
internal static class DigestOrder
{
    public static IReadOnlyList<T> Of<T>(IReadOnlyCollection<T> items, Func<T, Journey> journeyOf, Func<T, Alert> alertOf)
    {
        var places = items
            .SelectMany(item => Worths(journeyOf(item)).Select(worth => (Item: item, worth.Currency, worth.Amount)))
            .GroupBy(worth => worth.Currency)
            .SelectMany(ranking => ranking.OrderByDescending(worth => worth.Amount).Select((worth, place) => (worth.Item, Place: place)))
            .ToLookup(place => alertOf(place.Item).Id, place => place.Place);
        return
        [
            .. items
                .OrderBy(item => places[alertOf(item).Id].DefaultIfEmpty(int.MaxValue).Min())
                .ThenBy(item => alertOf(item).DueAt)
                .ThenBy(item => alertOf(item).Id, StringComparer.Ordinal),
        ];
    }

    private static IEnumerable<(string Currency, decimal Amount)> Worths(Journey journey) => journey.Deals
        .Where(deal => deal is { Status: DealStatus.Open, Amount: > 0 })
        .GroupBy(deal => (deal.Currency ?? "").ToUpperInvariant(), (currency, deals) => (currency, deals.Sum(deal => deal.Amount!.Value)));
}
