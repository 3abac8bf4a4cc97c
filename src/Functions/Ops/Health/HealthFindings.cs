using IntegrationHub.Functions.Alerts.Sending;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.Platform.Telemetry;

namespace IntegrationHub.Functions.Ops.Health;

/// <summary>What was read for a report.</summary>
internal sealed record HealthFindings
{
    /// <summary>Null when the tables did not answer.</summary>
    public required IReadOnlyDictionary<string, ConnectorState>? States { get; init; }

    /// <summary>Null when the tables did not answer.</summary>
    public ILookup<string, Missed>? Missed { get; init; }

    public required IReadOnlyList<QueueHealth> Queues { get; init; }

    /// <summary>Null when the spool did not answer.</summary>
    public required int? SpoolWaiting { get; init; }

    public required MailHealthState Mail { get; init; }

    public IReadOnlyList<OutwardView> Outward { get; init; } = [];

    public IReadOnlyList<SweepBeat> Sweeps { get; init; } = [];

    public IReadOnlyList<ParityHealth> Parity { get; init; } = [];
}
