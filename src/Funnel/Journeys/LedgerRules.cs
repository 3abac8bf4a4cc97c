using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>Bounds what a lead's ledger remembers of the hub's own actions. What a decision can still need is the last to
/// go. Pure.</summary>
public static class LedgerRules
{
    internal const int MostHandoffs = 100;
    internal const int MostAlerts = 200;
    internal const int MostSilences = 100;

    /// <summary>Returns the ledger with the latest entries. The same ledger when it has no more than these.</summary>
    public static JourneyLedger Within(JourneyLedger ledger) =>
        ledger.Handoffs.Length <= MostHandoffs
            && ledger.Alerts.Length <= MostAlerts
            && ledger.Silences.Length <= MostSilences
            && ledger.Writes.Length <= EchoRules.WritesKept
            ? ledger
            : ledger with
            {
                Handoffs = Latest(ledger.Handoffs, MostHandoffs, IsPending, handoff => handoff.AnnouncedAt),
                Alerts = LatestAlerts(ledger),
                Silences = Latest(
                    ledger.Silences, MostSilences, silence => (silence.EnteredAt, silence.Kind == SilenceKind.Snoozed),
                    silence => silence.Until),
                Writes = [.. ledger.Writes.TakeLast(EchoRules.WritesKept)],
            };

    /// <summary>Only the last handoff decides, and a pending one is still to be delivered.</summary>
    private static bool IsPending(Handoff handoff) => handoff.Delivery == HandoffDelivery.Pending;

    /// <summary>An alert on its way is still to be sent. Of each stay the last alert of a kind and level says what was
    /// reported and how often; the later the stay, the longer it stays.</summary>
    private static ImmutableArray<Alert> LatestAlerts(JourneyLedger ledger)
    {
        var last = ledger.Alerts.GroupBy(alert => (alert.Kind, alert.Stage, alert.EnteredAt, alert.Level), (_, same) => same.Last().Id)
            .ToHashSet(StringComparer.Ordinal);
        return Latest(ledger.Alerts, MostAlerts, alert => (alert.IsOnItsWay, last.Contains(alert.Id)), alert => alert.EnteredAt);
    }

    /// <summary>Keeps the entries with the greatest keys, in their order.</summary>
    private static ImmutableArray<T> Latest<T, TNeed, TTime>(
        ImmutableArray<T> entries, int most, Func<T, TNeed> need, Func<T, TTime> time)
        where T : class
    {
        var gone = entries.SkipLast(1).OrderBy(need).ThenBy(time).Take(Math.Max(0, entries.Length - most)).ToHashSet();
        return gone.Count == 0 ? entries : [.. entries.Where(entry => !gone.Contains(entry))];
    }
}
