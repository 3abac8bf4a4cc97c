namespace IntegrationHub.Funnel;

/// <summary>How somebody asked for silence about a stalled lead.</summary>
public enum SilenceKind
{
    /// <summary>"We are on it": no further level is raised until <see cref="Silence.Until"/>; then it comes back.</summary>
    Acknowledged,

    /// <summary>"Not now": nothing is told until <see cref="Silence.Until"/>.</summary>
    Snoozed,
}

/// <summary>Silence about one stay on a stage: no alert about it is told until it ends. It ends by itself when the lead moves.</summary>
public sealed record Silence
{
    /// <summary>Gets the id: that of the link that asked for it, so that asking twice is once.</summary>
    public required string Id { get; init; }

    /// <summary>Gets how it was asked for.</summary>
    public required SilenceKind Kind { get; init; }

    /// <summary>Gets the team whose mail held the link. The other team's next mail tells it.</summary>
    public required string Team { get; init; }

    /// <summary>Gets when it was asked for.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets when it ends: at exactly this time alerts are told again.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Gets why, in the asking person's words; null where they gave none. Personal data may be in it: never to be logged.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the stage it is about.</summary>
    public required FunnelStage Stage { get; init; }

    /// <summary>Gets when the lead had entered it.</summary>
    public required DateTimeOffset EnteredAt { get; init; }
}
