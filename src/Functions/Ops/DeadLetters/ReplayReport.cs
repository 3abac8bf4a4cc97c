namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>The result of a replay.</summary>
/// <param name="Matched">How many dead letters matched.</param>
/// <param name="Replayed">How many of them were sent; 0 for a dry run.</param>
/// <param name="ByReason">The matches by reason and connector, most frequent first.</param>
/// <param name="Capped">Whether more may match, because one run has a limit.</param>
public sealed record ReplayReport(int Matched, int Replayed, IReadOnlyList<ReasonCount> ByReason, bool DryRun, bool Capped);

public sealed record ReasonCount(string? Reason, int Count, IReadOnlyList<ConnectorCount> ByConnector);

public sealed record ConnectorCount(string? Connector, int Count);
