using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;

namespace IntegrationHub.Functions.Outages;

/// <summary>A decision about an outage.</summary>
/// <param name="Over">Whether it is over.</param>
/// <param name="Report">Whether to notify ops now.</param>
internal sealed record OutageStep(Outage Outage, bool Over, bool Report);

/// <summary>Decides when a tool counts as down, when ops are notified, and when the
/// tool counts as back. Pure.</summary>
internal static class OutageRules
{
    /// <summary>Ops are notified of an outage of this length. Missing authorization never mends itself
    /// and is reported at once.</summary>
    internal static readonly TimeSpan ReportAfter = TimeSpan.FromMinutes(1);

    /// <summary>A webhook must be known for this long, a weekend included, before its silence counts.</summary>
    internal static readonly TimeSpan KnownAfter = TimeSpan.FromDays(8);

    /// <summary>The shortest silence that counts, even of a busy tool.</summary>
    private static readonly TimeSpan ShortestRest = TimeSpan.FromHours(1);

    /// <summary>Returns the present outages.</summary>
    /// <param name="oldestWaiting">Since when the oldest message waits in the inbound
    /// queue; null when none does.</param>
    public static IReadOnlyList<Outage> Detect(
        IEnumerable<IConnector> connectors, IReadOnlyDictionary<string, ConnectorState> states, DateTimeOffset? oldestWaiting,
        OpsOptions ops, DateTimeOffset now)
    {
        var seen = connectors
            .Where(connector => states.ContainsKey(connector.Name))
            .SelectMany(connector =>
                new[] { Blind(connector, states[connector.Name], ops, now), Silent(connector, states[connector.Name], ops, now) })
            .OfType<Outage>();
        return oldestWaiting is { } waiting && now - waiting >= ops.LateAfter
            ? [.. seen, New(Outage.Inbound, OutageKind.Backlog, waiting, now)] : [.. seen];
    }

    /// <summary>Returns the outage of the queue itself, which all tools share.</summary>
    public static Outage QueueDown(DateTimeOffset now) => New(Outage.Inbound, OutageKind.Failing, now, now);

    /// <summary>Decides what becomes of the known outages.</summary>
    /// <param name="wrong">The present outages.</param>
    /// <param name="catchUp">How long a tool must work again before it counts as back.</param>
    public static IReadOnlyList<OutageStep> Decide(
        IReadOnlyList<Outage> known, IReadOnlyList<Outage> wrong, DateTimeOffset? oldestWaiting, TimeSpan catchUp, DateTimeOffset now)
    {
        var before = known.ToDictionary(outage => outage.Key, StringComparer.Ordinal);
        var stillWrong = wrong.Select(outage => Last(before.GetValueOrDefault(outage.Key), outage, now)).ToList();
        var over = known.Where(outage => wrong.All(other => other.Key != outage.Key))
            .Select(outage => Recover(outage, oldestWaiting, catchUp, now));
        return [.. stillWrong, .. over];
    }

    private static Outage? Blind(IConnector connector, ConnectorState state, OpsOptions ops, DateTimeOffset now) => state switch
    {
        { Failing: true, Fault: ConnectorFault.NeedsAuthorization } =>
            New(connector.Name, OutageKind.NeedsAuthorization, BlindSince(state), now),
        { Failing: true, Fault: ConnectorFault.Unavailable } => New(connector.Name, OutageKind.Failing, BlindSince(state), now),
        { LastGoodAt: { } reached } when connector is IPollSource && now - reached >= ops.LateAfter =>
            New(connector.Name, OutageKind.Late, reached, now),
        _ => null,
    };

    private static Outage? Silent(IConnector connector, ConnectorState state, OpsOptions ops, DateTimeOffset now)
    {
        if (ops.SilentAfter == 0
            || connector is not IWebhookSource
            || connector is IPollSource
            || state is not { FirstEventAt: { } first, LastEventAt: { } last }
            || last - first < KnownAfter)
        {
            return null;
        }

        var rest = state.LongestPause > ShortestRest ? state.LongestPause : ShortestRest;
        return now - last > rest * ops.SilentAfter ? New(connector.Name, OutageKind.Silent, last, now) : null;
    }

    private static DateTimeOffset BlindSince(ConnectorState state) => state.FailingSince ?? state.LastFailureAt!.Value;

    private static Outage New(string connector, OutageKind kind, DateTimeOffset since, DateTimeOffset now) =>
        new() { Connector = connector, Kind = kind, Since = since, SeenAt = now };

    /// <summary>Starts or continues an outage.</summary>
    private static OutageStep Last(Outage? before, Outage seen, DateTimeOffset now)
    {
        var outage = before is null ? seen : before with { Kind = seen.Kind, WorksSince = null };
        // Waiting does not mend credentials, so ops get a second notice.
        var worse = before is { Reported: true } and not { Kind: OutageKind.NeedsAuthorization }
            && seen.Kind == OutageKind.NeedsAuthorization;
        var report = worse
            || !outage.Reported
            && (outage.Kind is OutageKind.NeedsAuthorization or OutageKind.Silent || now - outage.SeenAt >= ReportAfter);
        return new(outage with { Reported = outage.Reported || report }, Over: false, report);
    }

    /// <summary>Ends or recovers an outage. A reported one ends only after the tool has worked for a while and no older
    /// message waits. A flapping tool is therefore one outage.</summary>
    private static OutageStep Recover(Outage outage, DateTimeOffset? oldestWaiting, TimeSpan catchUp, DateTimeOffset now)
    {
        var works = outage with { WorksSince = outage.WorksSince ?? now };
        var caughtUp = now - works.WorksSince >= catchUp && (oldestWaiting is null || oldestWaiting > works.WorksSince);
        return new(works, Over: !outage.Reported || !outage.Blinds || caughtUp, Report: false);
    }
}
