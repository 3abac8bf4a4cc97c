namespace IntegrationHub.Connectors.Events;

/// <summary>Bounds the times of tools whose clock is wrong. An event of the year 2090 would win over every later
/// stage, consent and profile.</summary>
public static class FutureTimes
{
    /// <summary>How far a tool's clock may be ahead; exactly this far is taken as it is.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Returns the event as it counts: later than the bound it happened at the bound, and its own time is
    /// kept beside it.</summary>
    /// <param name="receivedAt">When the delivery arrived.</param>
    public static SourceEvent Bound(SourceEvent source, DateTimeOffset receivedAt) =>
        source.OccurredAt > receivedAt + Tolerance
            ? source with { OccurredAt = receivedAt + Tolerance, SaidAt = source.OccurredAt }
            : source;
}
