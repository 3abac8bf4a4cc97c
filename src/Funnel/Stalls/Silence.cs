namespace IntegrationHub.Funnel;

/// <summary>The kind of a silence about a stalled lead.</summary>
public enum SilenceKind
{
    /// <summary>"We are on it": no further level until <see cref="Silence.Until"/>. Then the
    /// stall is reported again.</summary>
    Acknowledged,

    /// <summary>"Not now": no alert until <see cref="Silence.Until"/>.</summary>
    Snoozed,
}

/// <summary>A silence about one stay on a stage: no alert about it until the end. A move of the lead ends it.</summary>
public sealed record Silence
{
    /// <summary>Gets the id of the link that asked for it, which makes repeats idempotent.</summary>
    public required string Id { get; init; }

    public required SilenceKind Kind { get; init; }

    /// <summary>Gets the team whose mail held the link. The other team's next mail mentions it.</summary>
    public required string Team { get; init; }

    /// <summary>Gets when it was asked for.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets its end, exclusive.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Gets the reason; null for none. It may hold personal data: never log it.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the stage it is about.</summary>
    public required FunnelStage Stage { get; init; }

    /// <summary>Gets when the lead entered the stage.</summary>
    public required DateTimeOffset EnteredAt { get; init; }
}
