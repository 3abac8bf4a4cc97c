using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Alerts.Sending;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.Platform.Telemetry;

namespace IntegrationHub.Functions.Ops.Health;

/// <summary>Judges the health of the hub. Pure.</summary>
internal static class HealthRules
{
    public static HealthReport Judge(IEnumerable<IConnector> connectors, HealthFindings found)
    {
        var connectorHealth = connectors.OrderBy(connector => connector.Name, StringComparer.Ordinal)
            .Select(connector => Of(connector, found.States?.GetValueOrDefault(connector.Name), [.. found.Missed?[connector.Name] ?? []]))
            .ToList();
        var mail = MailOf(found.States?.GetValueOrDefault(ConnectorState.Mail), found.Mail);
        var broken = Broken(found).ToList();
        var wanting = Wanting(connectorHealth, mail, found)
            .Concat(Held(found.Outward)).Concat(Late(found.Sweeps)).Concat(Late(found.Parity)).Concat(found.Mail.Unsent).ToList();
        var status = broken.Count > 0 ? HealthReport.Unhealthy : wanting.Count > 0 ? HealthReport.Degraded : HealthReport.Healthy;
        return new(status, [.. broken, .. wanting], connectorHealth, found.Queues, mail, new(found.SpoolWaiting))
        {
            Outward = found.Outward,
            Sweeps = found.Sweeps,
            Parity = found.Parity,
        };
    }

    private static IEnumerable<string> Broken(HealthFindings found)
    {
        if (found.States is null || found.SpoolWaiting is null)
        {
            yield return "The tables do not answer.";
        }

        if (found.Queues.Any(queue => queue.Active is null || queue.DeadLettered is null))
        {
            yield return "The bus does not answer.";
        }
    }

    private static IEnumerable<string> Held(IReadOnlyList<OutwardView> outward) =>
        outward.Where(channel => channel.HeldSince is not null).Select(channel =>
            $"{channel.Kind} to {channel.Connector} are held; POST /api/outward/{channel.Connector}/resume lets them pass.");

    private static IEnumerable<string> Late(IReadOnlyList<SweepBeat> sweeps) =>
        sweeps.Where(sweep => sweep.IsLate).Select(sweep => $"The sweep {sweep.Name} does not run.");

    private static IEnumerable<string> Late(IReadOnlyList<ParityHealth> parity) =>
        parity.Where(pair => pair.IsLate).Select(pair => $"The people of {pair.From} and {pair.To} are not compared any more.");

    private static IEnumerable<string> Wanting(IEnumerable<ConnectorHealth> connectors, MailHealth mail, HealthFindings found) =>
    [
        .. connectors.Where(connector => connector.State == "failing").Select(connector => $"Connector {connector.Name} is failing."),
        .. connectors.SelectMany(connector => connector.Gaps.Where(gap => gap.ReadAgainAt is null)
            .Select(gap => $"Connector {connector.Name} lost events of {gap.RecordType}; the records are read again with the next poll.")),
        .. found.Queues.Where(queue => queue.DeadLettered > 0).Select(queue => $"{queue.Name} has dead letters."),
        .. mail.State == "failing" ? ["Mail is failing."] : Array.Empty<string>(),
        .. found.SpoolWaiting > 0 ? ["Deliveries wait in the spool."] : Array.Empty<string>(),
    ];

    private static ConnectorHealth Of(IConnector connector, ConnectorState? state, IReadOnlyList<Missed> missed) =>
        new(
            connector.Name, connector.Type, StateOf(state), state?.LastEventAt,
            state?.LastEventAt is null ? null : Math.Round(state.Lag.TotalSeconds, 3), ErrorOf(state), state?.Dropped ?? 0)
        {
            NotRead = [.. missed.OfType<Missed.UnreadKind>().Select(kind => new UnreadKindHealth(kind.Kind, kind.Count, kind.LastAt))],
            Gaps = [.. missed.OfType<Missed.Gap>().Select(gap => new GapHealth(gap.Kind, gap.At, gap.ReadAgainAt))],
        };

    private static MailHealth MailOf(ConnectorState? state, MailHealthState mailHealth) =>
        new(
            mailHealth.Configured ? StateOf(state) : "off", state?.LastEventAt, ErrorOf(state), mailHealth.Waiting,
            mailHealth.ThrottledUntil);

    private static string StateOf(ConnectorState? state) => state switch
    {
        { Failing: true } => "failing",
        { LastGoodAt: not null } => "ok",
        _ => "silent",
    };

    private static string? ErrorOf(ConnectorState? state) => state is { Failing: true } ? state.LastError : null;
}
