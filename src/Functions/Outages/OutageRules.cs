using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;

namespace IntegrationHub.Functions.Outages;

/// <summary>What the look at the tools comes to.</summary>
/// <param name="Outage">The outage as it is now.</param>
/// <param name="Over">Whether it is over.</param>
/// <param name="Tell">Whether ops are to be told now.</param>
public sealed record OutageStep(Outage Outage, bool Over, bool Tell);

/// <summary>When a tool counts as down, when ops are told, and when it counts as back. Pure.</summary>
public static class OutageRules
{
    /// <summary>Ops are told of an outage that has lasted as long; a shorter one was a hiccup. Missing authorization never mends itself and is told at once.</summary>
    internal static readonly TimeSpan TellAfter = TimeSpan.FromMinutes(1);

    /// <summary>A webhook has to be known as long, a weekend included, before its silence means anything.</summary>
    internal static readonly TimeSpan KnownAfter = TimeSpan.FromDays(8);

    /// <summary>A busy tool may rest as long without a word of it.</summary>
    private static readonly TimeSpan ShortestRest = TimeSpan.FromHours(1);

    /// <summary>What is wrong now.</summary>
    /// <param name="connectors">The configured connectors.</param>
    /// <param name="states">What is known of them.</param>
    /// <param name="oldestWaiting">Since when the oldest message waits in the inbound queue; null when none does.</param>
    /// <param name="ops">What counts as late and silent.</param>
    /// <param name="now">The present instant.</param>
    public static IReadOnlyList<Outage> Look(
        IEnumerable<IConnector> connectors, IReadOnlyDictionary<string, ConnectorState> states, DateTimeOffset? oldestWaiting, OpsOptions ops, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ops);
        var seen = connectors
            .Where(connector => states.ContainsKey(connector.Name))
            .SelectMany(connector => new[] { Blind(connector, states[connector.Name], ops, now), Silent(connector, states[connector.Name], ops, now) })
            .OfType<Outage>();
        return oldestWaiting is { } waiting && now - waiting >= ops.LateAfter ? [.. seen, New(Outage.Inbound, OutageKind.Backlog, waiting, now)] : [.. seen];
    }

    /// <summary>The queue, which all tools share, does not answer.</summary>
    public static Outage QueueDown(DateTimeOffset now) => New(Outage.Inbound, OutageKind.Failing, now, now);

    /// <summary>What becomes of the outages that are known, given what is wrong now.</summary>
    /// <param name="known">Those that are known.</param>
    /// <param name="wrong">What <see cref="Look"/> found.</param>
    /// <param name="oldestWaiting">Since when the oldest message waits in the inbound queue; null when none does.</param>
    /// <param name="catchUp">How long a tool has to work again until it counts as back.</param>
    /// <param name="now">The present instant.</param>
    public static IReadOnlyList<OutageStep> Decide(IReadOnlyList<Outage> known, IReadOnlyList<Outage> wrong, DateTimeOffset? oldestWaiting, TimeSpan catchUp, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(known);
        var before = known.ToDictionary(outage => outage.Key, StringComparer.Ordinal);
        var stillWrong = wrong.Select(outage => Last(before.GetValueOrDefault(outage.Key), outage, now)).ToList();
        var over = known.Where(outage => wrong.All(other => other.Key != outage.Key)).Select(outage => Recover(outage, oldestWaiting, catchUp, now));
        return [.. stillWrong, .. over];
    }

    private static Outage? Blind(IConnector connector, ConnectorState state, OpsOptions ops, DateTimeOffset now) => state switch
    {
        { Failing: true, Fault: ConnectorFault.NeedsAuthorization } => New(connector.Name, OutageKind.NeedsAuthorization, BlindSince(state), now),
        { Failing: true, Fault: ConnectorFault.Unavailable } => New(connector.Name, OutageKind.Failing, BlindSince(state), now),
        { LastGoodAt: { } reached } when connector is IPollSource && now - reached >= ops.LateAfter => New(connector.Name, OutageKind.Late, reached, now),
        _ => null,
    };

    private static Outage? Silent(IConnector connector, ConnectorState state, OpsOptions ops, DateTimeOffset now)
    {
        if (ops.SilentAfter == 0 || connector is not IWebhookSource || connector is IPollSource || state is not { FirstEventAt: { } first, LastEventAt: { } last } || last - first < KnownAfter)
        {
            return null;
        }

        var rest = state.LongestPause > ShortestRest ? state.LongestPause : ShortestRest;
        return now - last > rest * ops.SilentAfter ? New(connector.Name, OutageKind.Silent, last, now) : null;
    }

    private static DateTimeOffset BlindSince(ConnectorState state) => state.FailingSince ?? state.LastFailureAt!.Value;

    private static Outage New(string connector, OutageKind kind, DateTimeOffset since, DateTimeOffset now) => new() { Connector = connector, Kind = kind, Since = since, SeenAt = now };

    /// <summary>It goes on, or begins.</summary>
    private static OutageStep Last(Outage? before, Outage seen, DateTimeOffset now)
    {
        var outage = before is null ? seen : before with { Kind = seen.Kind, WorksSince = null };
        var tell = !outage.Told && (outage.Kind is OutageKind.NeedsAuthorization or OutageKind.Silent || now - outage.SeenAt >= TellAfter);
        return new(outage with { Told = outage.Told || tell }, Over: false, tell);
    }

    /// <summary>It works again. One that ops were told of is over only when it has worked for a while and nothing waits that came before; so a tool that comes and goes is one outage.</summary>
    private static OutageStep Recover(Outage outage, DateTimeOffset? oldestWaiting, TimeSpan catchUp, DateTimeOffset now)
    {
        var works = outage with { WorksSince = outage.WorksSince ?? now };
        var caughtUp = now - works.WorksSince >= catchUp && (oldestWaiting is null || oldestWaiting > works.WorksSince);
        return new(works, Over: !outage.Told || !outage.Blinds || caughtUp, Tell: false);
    }
}
