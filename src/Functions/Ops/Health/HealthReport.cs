using IntegrationHub.Functions.Alerts.Sending;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.Platform.Telemetry;

namespace IntegrationHub.Functions.Ops.Health;

/// <summary>The health of the hub.</summary>
/// <param name="Status"><c>healthy</c>; <c>degraded</c>: it works but needs attention;
/// <c>unhealthy</c>: it cannot work.</param>
/// <param name="Problems">What is wrong, in words; empty when healthy.</param>
internal sealed record HealthReport(
    string Status,
    IReadOnlyList<string> Problems,
    IReadOnlyList<ConnectorHealth> Connectors,
    IReadOnlyList<QueueHealth> Queues,
    MailHealth Mail,
    SpoolHealth Spool) : IHealthStatus
{
    public const string Healthy = "healthy";

    public const string Degraded = "degraded";

    public const string Unhealthy = "unhealthy";

    /// <summary>Gets the counted effects outwards by channel; empty when the tables do not answer.</summary>
    public IReadOnlyList<OutwardView> Outward { get; init; } = [];

    /// <summary>Gets the sweeps that remove what is not to be kept, by name; empty before their first run.</summary>
    public IReadOnlyList<SweepBeat> Sweeps { get; init; } = [];

    /// <summary>Gets how the people of each two tools compare; empty before the first comparison.</summary>
    public IReadOnlyList<ParityHealth> Parity { get; init; } = [];
}

/// <summary>How the people of two tools compare.</summary>
/// <param name="Missing">The people of <paramref name="From"/> whom <paramref name="To"/> lacks.</param>
/// <param name="NeedALook">Those of them whom a person should look at.</param>
/// <param name="ComparedAt">When the last comparison ended.</param>
/// <param name="IsLate">Whether none has ended for three days.</param>
internal sealed record ParityHealth(string From, string To, int Missing, int NeedALook, DateTimeOffset ComparedAt, bool IsLate);

/// <summary>An answer about the health of the hub.</summary>
internal interface IHealthStatus
{
    string Status { get; }
}

/// <summary>The health of the hub in one word, for everybody.</summary>
internal sealed record HealthWord(string Status) : IHealthStatus;

/// <summary>The health of a connector.</summary>
/// <param name="State"><c>ok</c>, <c>failing</c>, or <c>silent</c> before the first event.</param>
/// <param name="LastEventAt">When its last event was processed; null for never.</param>
/// <param name="LagSeconds">How long that event took from receipt; null for never.</param>
/// <param name="LastError">The last failure; null when it is not failing.</param>
/// <param name="Dropped">How many of its facts were dropped because the person was
/// erased or the record deleted.</param>
internal sealed record ConnectorHealth(
    string Name, string Type, string State, DateTimeOffset? LastEventAt, double? LagSeconds, string? LastError, long Dropped)
{
    /// <summary>Gets the kinds of events that the hub does not read. Remove them from the
    /// subscriptions in the tool.</summary>
    public IReadOnlyList<UnreadKindHealth> NotRead { get; init; } = [];

    /// <summary>Gets the latest loss of events for each kind of record.</summary>
    public IReadOnlyList<GapHealth> Gaps { get; init; } = [];
}

/// <summary>A kind of event that the hub does not read, in the tool's words.</summary>
internal sealed record UnreadKindHealth(string Kind, long Count, DateTimeOffset LastAt);

/// <summary>Events that a tool lost.</summary>
/// <param name="ReadAgainAt">When the records were read again; null until the next poll.</param>
internal sealed record GapHealth(string RecordType, DateTimeOffset At, DateTimeOffset? ReadAgainAt);

/// <summary>The health of the mail.</summary>
/// <param name="State"><c>ok</c>, <c>failing</c>, <c>silent</c> before the first mail, or
/// <c>off</c> without a server.</param>
/// <param name="LastSentAt">When a server last accepted a mail; null for never.</param>
/// <param name="LastError">The last failure; null when it is not failing.</param>
/// <param name="Waiting">The pending alerts; null when the tables do not answer.</param>
/// <param name="ThrottledUntil">When the throttle lets the next mail pass; null for now.</param>
internal sealed record MailHealth(
    string State, DateTimeOffset? LastSentAt, string? LastError, MailWaiting? Waiting, DateTimeOffset? ThrottledUntil);

/// <summary>The spool: deliveries that wait for the bus, counted up to a thousand; null when
/// the tables do not answer.</summary>
internal sealed record SpoolHealth(int? Waiting);
