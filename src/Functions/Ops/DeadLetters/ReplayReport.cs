namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>What came of a replay.</summary>
/// <param name="Matched">How many dead letters were meant.</param>
/// <param name="Replayed">How many of them were sent again; 0 for a dry run.</param>
/// <param name="ByReason">Those that were meant, by reason and connector, the most frequent first.</param>
/// <param name="DryRun">Whether it was only asked what would happen.</param>
/// <param name="Capped">Whether there may be more to replay, because there were too many for one run: ask again for them.</param>
public sealed record ReplayReport(int Matched, int Replayed, IReadOnlyList<ReasonCount> ByReason, bool DryRun, bool Capped);

/// <summary>How many dead letters have a reason.</summary>
/// <param name="Reason">The reason; null for those without one.</param>
/// <param name="Count">How many.</param>
/// <param name="ByConnector">The same by connector.</param>
public sealed record ReasonCount(string? Reason, int Count, IReadOnlyList<ConnectorCount> ByConnector);

/// <summary>How many dead letters a connector brought.</summary>
/// <param name="Connector">The connector; null for those that are no deliveries.</param>
/// <param name="Count">How many.</param>
public sealed record ConnectorCount(string? Connector, int Count);
