using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Platform.Http;

/// <summary>Pages of rows in the order of time. A page continues after the last shown time, so rows that come or go
/// meanwhile move nothing.</summary>
internal static class TimePages
{
    /// <summary>Cuts a page out of ordered rows.</summary>
    /// <param name="after">The mark of the page before; null for the first.</param>
    public static ListPage<T> Cut<T>(IReadOnlyList<T> ordered, Func<T, DateTimeOffset> at, TimeMark? after, int top)
    {
        var from = after is null ? 0
            : ordered.TakeWhile(row => at(row).UtcTicks < after.Ticks).Count()
                + Math.Min(after.Shown, ordered.Count(row => at(row).UtcTicks == after.Ticks));
        List<T> rows = [.. ordered.Skip(from).Take(top)];
        if (rows.Count == 0 || from + rows.Count == ordered.Count)
        {
            return new(rows, null);
        }

        var last = at(rows[^1]).UtcTicks;
        var shown = ordered.Take(from + rows.Count).Count(row => at(row).UtcTicks == last);
        return new(rows, new TimeMark(last, shown).ToString());
    }
}
