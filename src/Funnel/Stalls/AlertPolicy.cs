namespace IntegrationHub.Funnel;

/// <summary>When alerts are raised beside the limit itself. Made from the settings <c>Alerts:*</c>. All times are working time of the team the lead is with.</summary>
public sealed record AlertPolicy
{
    /// <summary>What holds unless the settings say otherwise.</summary>
    public static readonly AlertPolicy Default = new();

    /// <summary>Gets the share of a limit at which the owner gets a heads-up (level 0), above 0 and below 1; null for no heads-up. Default: 0.75.</summary>
    public double? HeadsUpAt { get; init; } = 0.75;

    /// <summary>Gets the multiple of a limit at which the managers are told (level 2), above 1; null for never. Default: 2.</summary>
    public double? EscalateAt { get; init; } = 2;

    /// <summary>Gets how long after it was told an alert at the limit is told again if nothing has changed; null for once only. Default: null.</summary>
    public TimeSpan? RepeatAfter { get; init; }

    /// <summary>Gets how long an acknowledgement keeps further levels silent. Default: 16 hours.</summary>
    public TimeSpan AcknowledgedFor { get; init; } = TimeSpan.FromHours(16);

    /// <summary>Gets how often a stay on a stage can be snoozed. Default: 3; zero for not at all.</summary>
    public int Snoozes { get; init; } = 3;
}
