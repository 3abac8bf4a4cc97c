using System.Text.Json.Serialization;

namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>The result of a replay.</summary>
/// <param name="Matched">How many dead letters matched.</param>
/// <param name="Replayed">How many of them were sent; 0 for a dry run.</param>
/// <param name="ByReason">The matches by reason and connector, most frequent first.</param>
/// <param name="Capped">Whether more may match, because one call has a limit.</param>
internal sealed record ReplayReport(int Matched, int Replayed, IReadOnlyList<ReasonCount> ByReason, bool DryRun, bool Capped)
{
    /// <summary>Gets the job that goes on; null when nothing is left to do.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Job { get; init; }

    /// <summary>Reports a replay after its first run.</summary>
    public static ReplayReport Of(DeadLetterJob job) =>
        new(job.Matched, job.Handled, job.ByReason, false, !job.IsOver || job.Handled < job.Matched) { Job = job.IsOver ? null : job.Id };
}

/// <summary>The result of a purge; the parts mean what they mean for a replay.</summary>
/// <param name="Purged">How many were removed; 0 for a dry run.</param>
internal sealed record PurgeReport(int Matched, int Purged, IReadOnlyList<ReasonCount> ByReason, bool DryRun, bool Capped)
{
    /// <summary>Gets the job that goes on; null when nothing is left to do.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Job { get; init; }

    public static PurgeReport Of(ReplayReport report) =>
        new(report.Matched, report.Replayed, report.ByReason, report.DryRun, report.Capped) { Job = report.Job };
}

internal sealed record ReasonCount(string? Reason, int Count, IReadOnlyList<ConnectorCount> ByConnector);

internal sealed record ConnectorCount(string? Connector, int Count);
