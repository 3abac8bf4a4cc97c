using IntegrationHub.Functions.Alerts.Sending;
using IntegrationHub.Functions.Platform.Messaging;

namespace IntegrationHub.Functions.Ops.Health;

/// <summary>How the hub is doing.</summary>
/// <param name="Status"><c>healthy</c>; <c>degraded</c>: it works and somebody should look; <c>unhealthy</c>: it cannot do its work.</param>
/// <param name="Problems">What is wrong, in words; empty when healthy.</param>
/// <param name="Connectors">The connectors, by name.</param>
/// <param name="Queues">The queue and the subscriptions.</param>
/// <param name="Mail">The mail.</param>
/// <param name="Spool">The spool.</param>
public sealed record HealthReport(
    string Status,
    IReadOnlyList<string> Problems,
    IReadOnlyList<ConnectorHealth> Connectors,
    IReadOnlyList<QueueHealth> Queues,
    MailHealth Mail,
    SpoolHealth Spool)
{
    /// <summary>All is well.</summary>
    public const string Healthy = "healthy";

    /// <summary>It works and somebody should look.</summary>
    public const string Degraded = "degraded";

    /// <summary>It cannot do its work.</summary>
    public const string Unhealthy = "unhealthy";
}

/// <summary>How a connector is doing.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="State"><c>ok</c>, <c>failing</c>, or <c>silent</c> when nothing has been heard of it yet.</param>
/// <param name="LastEventAt">When an event of it was last worked off; null for never.</param>
/// <param name="LagSeconds">How long that event had waited since the hub received it; null for never.</param>
/// <param name="LastError">What its last failure said; null when it is not failing.</param>
/// <param name="Dropped">How much of what it said was dropped, since the person was erased or the record deleted.</param>
public sealed record ConnectorHealth(string Name, string Type, string State, DateTimeOffset? LastEventAt, double? LagSeconds, string? LastError, long Dropped);

/// <summary>How the mail is doing.</summary>
/// <param name="State"><c>ok</c>, <c>failing</c>, <c>silent</c> when none was sent yet, or <c>off</c> when no server is named.</param>
/// <param name="LastSentAt">When a server last took a mail; null for never.</param>
/// <param name="LastError">What the last failure said; null when it is not failing.</param>
/// <param name="Waiting">What waits in the mailboxes to be told; null when the tables do not answer.</param>
/// <param name="ThrottledUntil">When the throttle lets the next mail out; null for now.</param>
public sealed record MailHealth(string State, DateTimeOffset? LastSentAt, string? LastError, MailWaiting? Waiting, DateTimeOffset? ThrottledUntil);

/// <summary>How full the spool is.</summary>
/// <param name="Waiting">Deliveries that wait for the bus, counted up to a thousand; null when the tables do not answer.</param>
public sealed record SpoolHealth(int? Waiting);
