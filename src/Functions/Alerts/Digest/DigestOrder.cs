using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>
/// In which order a mail tells of several leads: the most valuable first, without ever comparing two currencies. Each currency has its own ranking by the worth of the open deals; first come
/// the first of every ranking, then the seconds, and so on. Leads without an amount come last. Where that leaves a tie, what has been due longest comes first. Pure.
/// </summary>
public static class DigestOrder
{
    /// <summary>The items in order.</summary>
    public static IReadOnlyList<T> Of<T>(IReadOnlyCollection<T> items, Func<T, Journey> journeyOf, Func<T, Alert> alertOf)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(journeyOf);
        ArgumentNullException.ThrowIfNull(alertOf);
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
